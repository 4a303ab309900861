import { isJson, type Json } from '../kinds/object.js';

/**
 * An element of a path in FieldsV1: `f:name` of a field, `k:{"name":"web"}` of an entry by its keys, `v:"text"` of a
 * value in a set, `i:0` of an index.
 */
const KINDS = 'fkvi';

export function fieldElement(name: string): string {
  return `f:${name}`;
}

/** The element of an entry whose keys have these values. */
export function keyElement(keys: Json): string {
  return `k:${goJson(Object.fromEntries(Object.entries(keys).sort(([a], [b]) => compare(a, b))))}`;
}

export function valueElement(value: unknown): string {
  return `v:${goJson(value)}`;
}

/** The name of a field; undefined for other elements. */
export function fieldNameOf(element: string): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined;
}

export function isKeyElement(element: string): boolean {
  return element.startsWith('k:');
}

/** JSON as Go writes it: with `<`, `>` and `&` escaped. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The canonical form of an element that a client has sent; undefined if API servers ignore it. Throws if it is malformed. */
export function readElement(text: string): string | undefined {
  const content = text.slice(2);
  if (text[1] !== ':') throw new Error(`missing colon: ${text}`);
  switch (text[0]) {
    case 'f':
      return text;
    case 'v':
      return valueElement(JSON.parse(content));
    case 'k': {
      const keys: unknown = JSON.parse(content);
      if (isJson(keys)) return keyElement(keys);
      throw new Error(`not an object: ${text}`);
    }
    case 'i':
      if (/^-?\d+$/.test(content)) return text;
      throw new Error(`not an index: ${text}`);
  }
  return undefined;
}

/** A path as messages name it: `.spec.ports[port=80,protocol="TCP"].targetPort`. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('');
}

export function elementText(element: string): string {
  const content = element.slice(2);
  if (element.startsWith('f:')) return `.${content}`;
  if (element.startsWith('i:')) return `[${content}]`;
  if (element.startsWith('v:')) return `[=${JSON.stringify(JSON.parse(content))}]`;
  const keys = Object.entries(JSON.parse(content) as Json);
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}

/** Sorts entries by their elements: `.`, fields, keys, values, indexes. */
export function sortedByElement<T>(entries: readonly (readonly [string, T])[]): [string, T][] {
  return entries
    .map(([element, value]) => ({ element, value, content: contentOf(element) }))
    .sort((a, b) => compareElements(a, b))
    .map(({ element, value }) => [element, value]);
}

interface Element {
  readonly element: string;
  /** Keys, value or index; undefined for a field. */
  readonly content: unknown;
}

function contentOf(element: string): unknown {
  return element.startsWith('f:') || element === '.' ? undefined : (JSON.parse(element.slice(2)) as unknown);
}

function compareElements(a: Element, b: Element): number {
  const kinds = KINDS.indexOf(a.element.charAt(0)) - KINDS.indexOf(b.element.charAt(0));
  if (kinds !== 0) return kinds;
  if (a.content === undefined || b.content === undefined) return compare(a.element, b.element);
  return isJson(a.content) && isJson(b.content)
    ? compareKeys(a.content, b.content)
    : compareValues(a.content, b.content);
}

function compareKeys(a: Json, b: Json): number {
  const [left, right] = [Object.entries(a), Object.entries(b)];
  for (const [index, [name, value]] of left.entries()) {
    const other = right[index];
    if (!other) return 1;
    const order = compare(name, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const TYPES = ['number', 'string', 'boolean'];

function compareValues(a: unknown, b: unknown): number {
  const types = TYPES.indexOf(typeof a) - TYPES.indexOf(typeof b);
  if (types !== 0) return types;
  return typeof a === 'number' ? a - Number(b) : compare(String(a), String(b));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
