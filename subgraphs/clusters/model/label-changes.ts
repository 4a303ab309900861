type StringMap = Readonly<Record<string, string>>;

/** Maximum number of keys in a message. */
const NAMED_KEYS = 10;

/**
 * Lists the keys that differ between two maps, with + for added, - for removed and ~ for changed: `-owner, +team,
 * ~tier`; empty when the maps are equal.
 */
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
