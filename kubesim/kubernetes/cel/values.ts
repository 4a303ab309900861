import { Optional } from '@marcbachmann/cel-js';
import { isJson } from '../schema/json.js';

/** Whether the number at a path of fields (`*` for an item) is a `number` of a schema: CEL has a double there, otherwise an int. */
export type IsDouble = (path: readonly string[]) => boolean;

const NO_DOUBLES: IsDouble = () => false;

/**
 * A JSON value as CEL has it: whole numbers are ints, objects are maps. Objects become Maps, so that no field of a
 * client's object is mistaken for a property of JavaScript.
 */
export function toCel(
  value: unknown,
  isDouble: IsDouble = NO_DOUBLES,
  path: readonly string[] = [],
): unknown {
  if (typeof value === 'number') return Number.isInteger(value) && !isDouble(path) ? BigInt(value) : value;
  const below = (field: string) => (isDouble === NO_DOUBLES ? path : [...path, field]);
  if (Array.isArray(value)) return value.map((item: unknown) => toCel(item, isDouble, below('*')));
  if (!isJson(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return new Map(fields.map(([key, field]) => [key, toCel(field, isDouble, below(key))]));
}

/** An optional value of CEL; without a value for undefined. */
export function optional(value: unknown): unknown {
  return value === undefined ? Optional.none() : Optional.of(value);
}

/** A CEL value as JSON; values of other types than JSON's are texts. */
export function fromCel(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(fromCel);
  if (!isJson(value)) return value;
  if (value instanceof Optional) return value.hasValue() ? fromCel((value as Optional).value()) : null;
  const entries = entriesOf(value);
  if (!entries) return value instanceof Date ? value.toISOString() : String(value);
  return Object.fromEntries(entries.map(([key, item]) => [String(key), fromCel(item)]));
}

/** The entries of a map; undefined for another value. */
function entriesOf(value: object): [unknown, unknown][] | undefined {
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
  return Object.getPrototypeOf(value) === Object.prototype ? Object.entries(value) : undefined;
}

const sizes = new WeakMap<object, number>();

/** The steps that it takes to read a whole value. Measured once for each list and map. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length / 10;
  if (value instanceof Uint8Array) return 1 + value.length / 10;
  if (!Array.isArray(value) && !(value instanceof Map) && !isJson(value)) return 1;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  let size = 1;
  const items: Iterable<unknown> = value instanceof Map ? value.values() : Object.values(value);
  for (const item of items) size += sizeOf(item);
  sizes.set(value, size);
  return size;
}
