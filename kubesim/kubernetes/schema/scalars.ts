import { parseQuantity } from '../../../kernel/kubernetes/quantity.js';
import { canonicalQuantity } from './canonical-quantity.js';
import { DecodeError } from './decode-error.js';
import { goType, jsonKind } from './go-types.js';
import type { SchemaNode } from './schema-node.js';

/** Definitions whose JSON is a plain value; API servers decode them by methods of their Go types. */
const TYPES: Readonly<Record<string, ((value: unknown) => unknown) | undefined>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': quantity,
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': intOrString,
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': (value) => time(value, '2006-01-02T15:04:05Z07:00'),
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': (value) =>
    time(value, '2006-01-02T15:04:05.000000Z07:00'),
};

/** Decodes a value of a definition that is a plain value in JSON; undefined for other definitions. Throws DecodeError. */
export function plainDecoder({ definitionName = '' }: SchemaNode): ((value: unknown) => unknown) | undefined {
  return TYPES[definitionName];
}

/** The expression that errors of an API server name, and one that accepts the same in linear time. */
const QUANTITY_TEXT = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';
const QUANTITY = /^[+-]?[0-9.]+(?:[eEinumkKMGTP]+[-+]?[0-9]*|[-+][0-9]*)?$/;

/** Quantities are text: a number is its decimal text. */
function quantity(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : JSON.stringify(value);
  if (!QUANTITY.test(text))
    throw new DecodeError(`quantities must match the regular expression '${QUANTITY_TEXT}'`);
  if (Number.isNaN(parseQuantity(text))) throw new DecodeError("unable to parse quantity's suffix");
  return canonicalQuantity(text);
}

function intOrString(value: unknown): unknown {
  if (typeof value === 'string' || isInt(value, 'int32')) return value;
  throw new DecodeError(`json: cannot unmarshal ${described(value)} into Go value of type int32`);
}

/** Go reports where a text leaves its layout; the layout's year is the place of most mistakes. */
function time(value: unknown, layout: string): unknown {
  if (typeof value !== 'string')
    throw new DecodeError(`json: cannot unmarshal ${jsonKind(value)} into Go value of type string`);
  const isTime = RFC_3339.test(value) && !Number.isNaN(Date.parse(value));
  if (isTime) return value;
  throw new DecodeError(
    `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(value)} as "2006"`,
  );
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Whether a plain value has the type and format of the schema. Throws DecodeError for malformed base64. */
export function fits(value: unknown, { type, format }: SchemaNode): boolean {
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'integer') return isInt(value, format);
  if (type === 'number') return typeof value === 'number';
  if (type !== 'string') return true;
  if (typeof value === 'string' && format === 'byte') checkBase64(value);
  return typeof value === 'string';
}

function checkBase64(text: string): void {
  const plain = text.replaceAll(/[\r\n]/g, '');
  if (plain.length % 4 === 0 && BASE64.test(plain)) return;
  const wrong = plain.search(/[^A-Za-z0-9+/]/);
  const at = wrong < 0 ? plain.length - (plain.length % 4) : wrong;
  throw new DecodeError(`illegal base64 data at input byte ${at}`);
}

/** Clients in Go cannot read an object with an integer that its type does not hold. */
function isInt(value: unknown, format: string | undefined): boolean {
  const limit = 2 ** (format === 'int32' ? 31 : 63);
  return Number.isInteger(value) && (value as number) >= -limit && (value as number) < limit;
}

/** The error of a value of another type in the field of a struct. */
export function typeMismatch(
  value: unknown,
  schema: SchemaNode,
  {
    struct,
    field,
    fraction,
  }: { readonly struct: string; readonly field: string; readonly fraction?: string | undefined },
): DecodeError {
  const kind = schema.type === 'integer' ? described(value, fraction) : jsonKind(value);
  return new DecodeError(
    `json: cannot unmarshal ${kind} into Go struct field ${struct}.${field} of type ${goType(schema)}`,
  );
}

/** The kind of a value, with the value of a number that is no integer in range. */
function described(value: unknown, literal = String(value)): string {
  return typeof value === 'number' ? `number ${literal}` : jsonKind(value);
}
