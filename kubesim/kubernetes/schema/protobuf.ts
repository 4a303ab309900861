import { DecodeError } from './decode-error.js';
import type { Json } from './json.js';
import { protobufMessages, PLAIN_TYPES, type Field } from './protobuf-messages.js';
import { wireFields } from './wire-fields.js';

const MAGIC = Buffer.from('k8s\0');

/**
 * Decodes a body in Kubernetes' protobuf format, which kubectl's typed commands send, as JSON. Throws DecodeError if it is
 * malformed or of an unsupported kind.
 */
export function decodeProtobuf(body: Buffer): Json {
  if (!body.subarray(0, 4).equals(MAGIC))
    throw new DecodeError('the body does not start with the magic number of Kubernetes protobuf');
  try {
    return decodeEnvelope(body.subarray(4));
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    throw new DecodeError(`the protobuf body cannot be read: ${String(error)}`);
  }
}

function decodeEnvelope(bytes: Buffer): Json {
  let apiVersion = '';
  let kind = '';
  let raw: Buffer = Buffer.alloc(0);
  for (const { number, bytes: value } of wireFields(bytes)) {
    if (number === 2) raw = value;
    if (number !== 1) continue;
    for (const part of wireFields(value)) {
      if (part.number === 1) apiVersion = part.bytes.toString();
      if (part.number === 2) kind = part.bytes.toString();
    }
  }
  const message = protobufMessages().ofKind(apiVersion, kind);
  if (!message) throw new DecodeError(`${apiVersion} ${kind} is not supported as protobuf`);
  return { apiVersion, kind, ...decodeMessage(message, raw) };
}

function decodeMessage(name: string, bytes: Buffer): Json {
  const result: Json = {};
  const message = protobufMessages().fields(name);
  for (const { number, bytes: value, int } of wireFields(bytes)) {
    const field = message?.get(number);
    if (!field) continue;
    if (field.inlined) Object.assign(result, decodeMessage(field.type, value));
    else if (field.many === 'map') setEntry((result[field.name] ??= {}) as Json, field, value);
    else add(result, field, decodeValue(field.type, value, int));
  }
  return result;
}

function add(result: Json, field: Field, value: unknown): void {
  if (field.many === 'repeated') {
    ((result[field.name] ??= []) as unknown[]).push(value);
  } else if (!isEmpty(field, value)) {
    result[field.name] = value;
  }
}

function isEmpty({ keepsZero }: Field, value: unknown): boolean {
  return value === undefined || (!keepsZero && (value === 0 || value === false || value === ''));
}

function setEntry(map: Json, { type }: Field, bytes: Buffer): void {
  let key = '';
  let value: unknown = '';
  for (const entry of wireFields(bytes)) {
    if (entry.number === 1) key = entry.bytes.toString();
    if (entry.number === 2) value = decodeValue(type, entry.bytes, entry.int);
  }
  // Plain assignment to __proto__ would change the prototype instead of an entry.
  Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}

function decodeValue(type: string, bytes: Buffer, int: number): unknown {
  switch (type) {
    case 'string':
      return bytes.toString();
    case 'bytes':
      return bytes.toString('base64');
    case 'bool':
      return int !== 0;
    case 'int32':
    case 'int64':
      return int;
    case 'double':
      return bytes.readDoubleLE();
    default:
      return PLAIN_TYPES.has(type) ? decodePlain(type, bytes) : decodeStruct(type, bytes);
  }
}

/** Messages whose JSON is one of their values: a list, a schema or its alternative, any JSON. */
const ALTERNATIVES: Readonly<Record<string, ((message: Json) => unknown) | undefined>> = {
  'meta.v1.Verbs': ({ items }) => items ?? [],
  'authentication.v1.ExtraValue': ({ items }) => items ?? [],
  'authorization.v1.ExtraValue': ({ items }) => items ?? [],
  'certificates.v1.ExtraValue': ({ items }) => items ?? [],
  'apiextensions.v1.JSON': ({ raw }) => JSON.parse(Buffer.from(String(raw), 'base64').toString()) as unknown,
  'apiextensions.v1.JSONSchemaPropsOrBool': ({ allows, schema }) => schema ?? allows ?? false,
  'apiextensions.v1.JSONSchemaPropsOrArray': ({ schema, jSONSchemas }) => schema ?? jSONSchemas,
  'apiextensions.v1.JSONSchemaPropsOrStringArray': ({ schema, property }) => schema ?? property,
};

function decodeStruct(type: string, bytes: Buffer): unknown {
  const message = decodeMessage(type, bytes);
  return ALTERNATIVES[type]?.(message) ?? message;
}

function decodePlain(type: string, bytes: Buffer): unknown {
  const fields = new Map([...wireFields(bytes)].map((entry) => [entry.number, entry]));
  const number = (at: number) => fields.get(at)?.int ?? 0;
  const text = (at: number, otherwise: string) => fields.get(at)?.bytes.toString() ?? otherwise;
  if (type === 'resource.Quantity') return text(1, '0');
  if (type === 'intstr.IntOrString') return number(1) === 0 ? number(2) : text(3, '');
  if (type === 'meta.v1.FieldsV1' || type === 'runtime.RawExtension')
    return JSON.parse(text(1, '{}')) as unknown;
  // Go writes an unset time as its zero time.
  if (!fields.has(1) || number(1) < 0) return undefined;
  const second = new Date(number(1) * 1000).toISOString().slice(0, -'.000Z'.length);
  return type === 'meta.v1.Time' ? `${second}Z` : `${second}.${microseconds(number(2))}Z`;
}

function microseconds(nanoseconds: number): string {
  return String(Math.floor(nanoseconds / 1000)).padStart(6, '0');
}
