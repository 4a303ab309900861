/** What an error of the library says. */
interface LibraryError {
  readonly name: string;
  readonly summary: string;
  readonly range?: { readonly start: number };
}

/** A compilation error as cel-go prints it: the place, the line and a marker below it. */
export function errorText(
  expression: string,
  error: LibraryError | undefined,
  originOf: (place: number) => number,
): string {
  const start = startOf(expression, error, originOf);
  const before = expression.slice(0, start).split('\n');
  const column = before.at(-1)?.length ?? 0;
  const line = expression.split('\n')[before.length - 1] ?? '';
  const message = messageOf(error);
  return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

/** The library places an undefined field at its name, cel-go at the point before it. */
function startOf(
  expression: string,
  error: LibraryError | undefined,
  originOf: (place: number) => number,
): number {
  const start = originOf(error?.range?.start ?? 0);
  return error?.summary.startsWith('No such key: ') && expression[start - 1] === '.' ? start - 1 : start;
}

/** The library's messages and those of cel-go. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^Unknown variable: (.*)$/, "undeclared reference to '$1' (in container '')"],
  [/^No such key: (.*)$/, "undefined field '$1'"],
  [/^no such overload: (\S+) (\S+) (\S+)$/, "found no matching overload for '_$2_' applied to '($1, $3)'"],
];

function messageOf(error: LibraryError | undefined): string {
  const { name, summary = '' } = error ?? {};
  if (name === 'ParseError') return `Syntax error: ${summary}`;
  const found = MESSAGES.find(([pattern]) => pattern.test(summary));
  return found ? summary.replace(...found) : summary;
}
