/** Characters of a line of the log at the most; what quotes a request could otherwise be megabytes. */
export const LONGEST_LINE = 16 * 1024;

const LONGEST_TEXT = 2000;
const LONGEST_LIST = 50;

/** The line, with long texts and lists cut where it is too long, and then with its message alone. */
export function boundLine(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  const entry = JSON.parse(line) as Record<string, unknown>;
  const cut = `${JSON.stringify(entry, (_, value: unknown) => bounded(value))}\n`;
  if (cut.length <= LONGEST_LINE) return cut;
  const { level, time, pid, hostname, name, msg, requestId } = entry;
  const core = { level, time, pid, hostname, name, requestId, msg, charactersLeftOut: line.length };
  return `${JSON.stringify(core, (_, value: unknown) => bounded(value))}\n`;
}

function bounded(value: unknown): unknown {
  if (typeof value === 'string' && value.length > LONGEST_TEXT)
    return `${value.slice(0, LONGEST_TEXT)}… (${value.length} characters)`;
  if (Array.isArray(value) && value.length > LONGEST_LIST)
    return [...(value as unknown[]).slice(0, LONGEST_LIST), `… (${value.length} entries)`];
  return value;
}
