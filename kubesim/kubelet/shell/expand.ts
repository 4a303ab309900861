/** Values that the words of a script refer to. */
export interface Values {
  variable(name: string): string;
  /** The output of `$(command)`. */
  output(command: string): string;
}

/** `$((…))`, `$(…)`, `${name}`, `${name:-default}` and `$name`. */
const REFERENCE = String.raw`\$\(\((?<sum>.*?)\)\)|\$\((?<command>[^()]*)\)|\$\{(?<braced>\w+)(?::-(?<fallback>[^}]*))?\}|\$(?<name>\w+|[?#@*!$])`;
const WORD_PART = new RegExp(
  String.raw`'(?<single>[^']*)'|"(?<double>(?:\\[\s\S]|[^"\\])*)"|\\(?<escaped>[\s\S])|${REFERENCE}`,
  'g',
);
const QUOTED_PART = new RegExp(String.raw`\\(?<escaped>[\s\S])|${REFERENCE}`, 'g');

type Groups = Readonly<Record<string, string | undefined>>;

/** The text of a word: without quotes, with the values of variables and commands. */
export function expandWord(word: string, values: Values): string {
  return replaceParts(word, WORD_PART, (groups) => {
    const { single, double, escaped } = groups;
    if (double !== undefined) return expandQuoted(double, values);
    return single ?? escaped ?? referred(groups, values);
  });
}

function expandQuoted(text: string, values: Values): string {
  return replaceParts(text, QUOTED_PART, (groups) => {
    const { escaped } = groups;
    if (escaped === undefined) return referred(groups, values);
    return /["\\$`\n]/.test(escaped) ? escaped : `\\${escaped}`;
  });
}

/** Longest text that the values of a word add up to; what is longer is cut. */
export const MAX_TEXT = 64 * 1024;

function replaceParts(text: string, pattern: RegExp, value: (groups: Groups) => string): string {
  let room = MAX_TEXT;
  return text.replaceAll(pattern, (...match: unknown[]) => {
    if (room <= 0) return '';
    const part = value(match.at(-1) as Groups).slice(0, room);
    room -= part.length;
    return part;
  });
}

function referred({ sum, command, braced, fallback = '', name = '' }: Groups, values: Values): string {
  if (sum !== undefined) return String(calculate(sum, values));
  if (command !== undefined) return values.output(command);
  return values.variable(braced ?? name) || fallback;
}

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.trunc(a / b),
  '%': (a, b) => a % b,
};

/** Calculates from left to right: `i + 1`. */
function calculate(text: string, values: Values): number {
  const tokens = text.match(/\$?\w+|[-+*/%]/g) ?? [];
  const numberOf = (token = '0') =>
    /^\d/.test(token) ? Number(token) : Number(values.variable(token.replace('$', ''))) || 0;
  let result = numberOf(tokens[0]);
  for (let index = 1; index < tokens.length; index += 2)
    result = OPERATIONS[tokens[index] ?? '']?.(result, numberOf(tokens[index + 1])) ?? result;
  return result;
}
