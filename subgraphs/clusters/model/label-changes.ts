type StringMap = Readonly<Record<string, string>>;

/** Maximum number of keys in a message. */
const NAMED_KEYS = 10;

/** Which keys another map of strings adds, changes and removes: `-owner, +team, ~tier`; empty when none differs. */
export function labelChanges(before: StringMap, after: StringMap): string {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changes = keys.flatMap((key) => {
    if (!Object.hasOwn(before, key)) return [`+${key}`];
    if (!Object.hasOwn(after, key)) return [`-${key}`];
    return before[key] === after[key] ? [] : [`~${key}`];
  });
  const more = changes.length > NAMED_KEYS ? [`${changes.length - NAMED_KEYS} more`] : [];
  return [...changes.slice(0, NAMED_KEYS), ...more].join(', ');
}
