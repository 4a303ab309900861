/** Duplicates that are reported at most, as by API servers. */
const MOST = 100;

const QUOTE = 34;
const COMMA = 44;
const OPEN = { object: 123, array: 91 };
const CLOSE = { object: 125, array: 93 };
/** The lowest code of a bracket. */
const FIRST = OPEN.array;

/** An object or array that is being read. */
interface Frame {
  readonly isObject: boolean;
  /** The first field; a set of all from the second on, because most objects of a large body have few fields. */
  first: string | undefined;
  all: Set<string> | undefined;
  /** The current field, or the index of the current entry. */
  at: string | number;
  /** Whether the next text is the name of a field. */
  expectsName: boolean;
}

/** What a scan of JSON finds. */
interface Found {
  /** A field that its object has already. */
  twice?(path: string): void;
  /** A number, as it is written. */
  number?(literal: string, path: () => string): void;
}

/** The paths of fields that occur twice in valid JSON, e.g. `metadata.labels.app`: `JSON.parse` keeps only the last. */
export function duplicateFields(json: string): string[] {
  const found: string[] = [];
  scan(json, {
    twice: (path) => {
      if (found.length < MOST) found.push(path);
    },
  });
  return found;
}

/** A number with a fraction or an exponent, in valid JSON or in one of its texts. */
const FRACTION = /\d(?:\.|[eE][-+]?)\d/;

/** The numbers of valid JSON that are written with a fraction or an exponent, by their paths: `JSON.parse` reads `1.0` as 1. */
export function fractions(json: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!FRACTION.test(json)) return found;
  scan(json, {
    number: (literal, path) => {
      if (/[.eE]/.test(literal)) found.set(path(), literal);
    },
  });
  return found;
}

/** Reads valid JSON once, without its values. */
function scan(json: string, found: Found): void {
  const frames: Frame[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = scanText(json, at, { frames, found });
    else if (code >= FIRST || code === COMMA) move(frames, code);
    else if (found.number && code >= DIGITS.minus && code <= DIGITS.last) {
      const end = endOfNumber(json, at);
      found.number(json.slice(at, end), () => pathOf(frames));
      at = end - 1;
    }
  }
}

/** Reads a text, which may be the name of a field; returns where it ends. */
function scanText(
  json: string,
  start: number,
  { frames, found }: { readonly frames: readonly Frame[]; readonly found: Found },
): number {
  const end = endOfText(json, start);
  const frame = frames.at(-1);
  if (frame?.expectsName && isTwice(frame, nameAt(json, start, end))) found.twice?.(pathOf(frames));
  return end;
}

/** The codes of what begins a number lie between these; no other sign outside of texts does. */
const DIGITS = { minus: 45, last: 57 };

function endOfNumber(json: string, start: number): number {
  let end = start + 1;
  while (end < json.length && !',]} \t\r\n'.includes(json[end] ?? '')) end += 1;
  return end;
}

/** Opens or closes an object or array, or goes to its next entry. */
function move(frames: Frame[], code: number): void {
  if (code === OPEN.object || code === OPEN.array) frames.push(open(code === OPEN.object));
  else if (code === CLOSE.object || code === CLOSE.array) frames.pop();
  else if (code === COMMA) next(frames.at(-1));
}

function open(isObject: boolean): Frame {
  return { isObject, first: undefined, all: undefined, at: 0, expectsName: isObject };
}

function next(frame: Frame | undefined): void {
  if (!frame) return;
  if (frame.isObject) frame.expectsName = true;
  else frame.at = Number(frame.at) + 1;
}

/** Remembers the field, which becomes the current one. */
function isTwice(frame: Frame, name: string): boolean {
  frame.expectsName = false;
  frame.at = name;
  if (frame.first === undefined) {
    frame.first = name;
    return false;
  }
  frame.all ??= new Set([frame.first]);
  if (frame.all.has(name)) return true;
  frame.all.add(name);
  return false;
}

/** The index of the quote that ends the text, which begins at `start`. */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end < 0 ? json.length : end;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

function nameAt(json: string, start: number, end: number): string {
  const raw = json.slice(start + 1, end);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

function pathOf(frames: readonly Frame[]): string {
  return frames.reduce((path, { isObject, at }) => {
    if (!isObject) return `${path}[${at}]`;
    return path === '' ? String(at) : `${path}.${at}`;
  }, '');
}
