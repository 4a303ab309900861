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

/** The paths of fields that occur twice in valid JSON, e.g. `metadata.labels.app`: `JSON.parse` keeps only the last. */
export function duplicateFields(json: string): string[] {
  const found: string[] = [];
  const frames: Frame[] = [];
  for (let at = 0; at < json.length && found.length < MOST; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfText(json, at);
      const frame = frames.at(-1);
      if (frame?.expectsName && isTwice(frame, nameAt(json, at, end))) found.push(pathOf(frames));
      at = end;
    } else if (code >= FIRST || code === COMMA) move(frames, code);
  }
  return found;
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
