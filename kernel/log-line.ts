/** Maximum length of a log line in characters; an entry that quotes a request could otherwise have megabytes. */
export const MAX_LINE_LENGTH = 16 * 1024;

const MAX_TEXT_LENGTH = 2000;
const MAX_LIST_LENGTH = 50;

/** Truncates long texts and lists of a line that is too long; if that is not enough, only the message remains. */
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
