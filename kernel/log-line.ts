/** Characters of a line of the log at the most; what quotes a request could otherwise be megabytes. */
export const MAX_LINE_LENGTH = 16 * 1024;

const MAX_TEXT_LENGTH = 2000;
const MAX_LIST_LENGTH = 50;

/** The line, with long texts and lists cut where it is too long, and then with its message alone. */
export function truncateLine(line: string): string {
  if (line.length <= MAX_LINE_LENGTH) return line;
  const entry = JSON.parse(line) as Record<string, unknown>;
  const cut = `${JSON.stringify(entry, (_, value: unknown) => truncate(value))}\n`;
  if (cut.length <= MAX_LINE_LENGTH) return cut;
  const { level, time, pid, hostname, name, msg, requestId } = entry;
  const core = { level, time, pid, hostname, name, requestId, msg, omittedCharacters: line.length };
  return `${JSON.stringify(core, (_, value: unknown) => truncate(value))}\n`;
}

function truncate(value: unknown): unknown {
  if (typeof value === 'string' && value.length > MAX_TEXT_LENGTH)
    return `${value.slice(0, MAX_TEXT_LENGTH)}… (${value.length} characters)`;
  if (Array.isArray(value) && value.length > MAX_LIST_LENGTH)
    return [...(value as unknown[]).slice(0, MAX_LIST_LENGTH), `… (${value.length} entries)`];
  return value;
}
