import protobuf from 'protobufjs/minimal.js';
import { isJson, type Json } from './json.js';
import { type Field, PLAIN_TYPES, protobufMessages } from './protobuf-messages.js';

type Writer = protobuf.Writer;

const MAGIC = Buffer.from('k8s\0');
/** Wire types. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** An object in Kubernetes' protobuf format; undefined if its kind has no message. */
export function encodeProtobuf(object: Json): Buffer | undefined {
  const name = messageOf(object);
  if (name === undefined) return undefined;
  const writer = protobuf.Writer.create();
  writeMessage(writer, name, object);
  return envelope(object, [writer.finish()]);
}

/** Whether objects of the kind have a protobuf format. */
export function hasProtobuf(object: Json): boolean {
  return messageOf(object) !== undefined;
}

function messageOf({ apiVersion, kind }: Json): string | undefined {
  return protobufMessages().ofKind(String(apiVersion), String(kind));
}

/** Some items of a list as part of its message, which ends with `envelope`. */
export function encodeItems(list: Json, items: readonly unknown[]): Buffer {
  const writer = protobuf.Writer.create();
  writeMessage(writer, messageOf(list) ?? '', { items });
  return viewOf(writer.finish());
}

/** The fields of a list besides its items. */
export function encodeListHead(list: Json): Buffer {
  const writer = protobuf.Writer.create();
  writeMessage(writer, messageOf(list) ?? '', { ...list, items: undefined });
  return viewOf(writer.finish());
}

/** A runtime.Unknown with the type of an object and the parts of its message. */
export function envelope({ apiVersion, kind }: Json, parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = protobuf.Writer.create();
  head.uint32(tag(1, BYTES)).fork();
  writeText(head, 1, String(apiVersion));
  writeText(head, 2, String(kind));
  head.ldelim();
  head.uint32(tag(2, BYTES)).uint32(length);
  const tail = protobuf.Writer.create();
  writeText(tail, 3, '');
  writeText(tail, 4, '');
  return Buffer.concat([MAGIC, head.finish(), ...parts, tail.finish()]);
}

/** A frame of a watch: the length in four bytes, and a WatchEvent. */
export function encodeWatchEvent(type: string, object: Buffer): Buffer {
  const writer = protobuf.Writer.create();
  writeText(writer, 1, type);
  writer.uint32(tag(2, BYTES)).fork();
  writer.uint32(tag(1, BYTES)).bytes(object).ldelim();
  const event = writer.finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function tag(number: number, type: number): number {
  return (number << 3) | type;
}

function writeText(writer: Writer, number: number, text: string): void {
  writer.uint32(tag(number, BYTES)).string(text);
}

function writeMessage(writer: Writer, name: string, value: Json): void {
  for (const [number, field] of protobufMessages().fields(name) ?? []) {
    if (field.inlined) {
      writer.uint32(tag(number, BYTES)).fork();
      writeMessage(writer, field.type, value);
      writer.ldelim();
    } else writeField(writer, number, field, value[field.name]);
  }
}

function writeField(writer: Writer, number: number, field: Field, value: unknown): void {
  if (value === undefined || value === null) return;
  if (field.many === 'map') writeMap(writer, number, field.type, value);
  else if (field.many === 'repeated')
    for (const entry of Array.isArray(value) ? (value as unknown[]) : [])
      writeValue(writer, number, field.type, entry);
  else writeValue(writer, number, field.type, value);
}

function writeMap(writer: Writer, number: number, type: string, value: unknown): void {
  for (const [key, entry] of Object.entries(isJson(value) ? value : {})) {
    writer.uint32(tag(number, BYTES)).fork();
    writeText(writer, 1, key);
    writeValue(writer, 2, type, entry);
    writer.ldelim();
  }
}

function writeValue(writer: Writer, number: number, type: string, value: unknown): void {
  switch (type) {
    case 'string':
      return writeText(writer, number, String(value));
    case 'bytes':
      return void writer.uint32(tag(number, BYTES)).bytes(Buffer.from(String(value), 'base64'));
    case 'bool':
      return void writer.uint32(tag(number, VARINT)).bool(value === true);
    case 'int32':
    case 'int64':
      return void writer.uint32(tag(number, VARINT)).int64(Number(value));
    case 'double':
      return void writer.uint32(tag(number, FIXED64)).double(Number(value));
    default:
      writer.uint32(tag(number, BYTES)).fork();
      if (PLAIN_TYPES.has(type)) writePlain(writer, type, value);
      else writeStruct(writer, type, value);
      writer.ldelim();
  }
}

/** Messages whose JSON is one of their values. */
const ALTERNATIVES: Readonly<Record<string, ((value: unknown) => Json) | undefined>> = {
  'meta.v1.Verbs': (items) => ({ items }),
  'authentication.v1.ExtraValue': (items) => ({ items }),
  'authorization.v1.ExtraValue': (items) => ({ items }),
  'certificates.v1.ExtraValue': (items) => ({ items }),
  'apiextensions.v1.JSON': (value) => ({ raw: Buffer.from(JSON.stringify(value)).toString('base64') }),
  'apiextensions.v1.JSONSchemaPropsOrBool': (value) =>
    typeof value === 'boolean' ? { allows: value } : { allows: true, schema: value },
  'apiextensions.v1.JSONSchemaPropsOrArray': (value) =>
    Array.isArray(value) ? { jSONSchemas: value } : { schema: value },
  'apiextensions.v1.JSONSchemaPropsOrStringArray': (value) =>
    Array.isArray(value) ? { property: value } : { schema: value },
};

function writeStruct(writer: Writer, type: string, value: unknown): void {
  const message = ALTERNATIVES[type]?.(value) ?? value;
  if (isJson(message)) writeMessage(writer, type, message);
}

function writePlain(writer: Writer, type: string, value: unknown): void {
  if (type === 'resource.Quantity') return writeText(writer, 1, String(value));
  if (type === 'intstr.IntOrString') {
    writer.uint32(tag(1, VARINT)).int64(typeof value === 'string' ? 1 : 0);
    if (typeof value === 'string') writeText(writer, 3, value);
    else writer.uint32(tag(2, VARINT)).int64(Number(value));
  } else if (type === 'meta.v1.FieldsV1' || type === 'runtime.RawExtension')
    writer.uint32(tag(1, BYTES)).bytes(Buffer.from(JSON.stringify(value)));
  else writeTime(writer, String(value));
}

/** Seconds, and nanoseconds of the fraction, of which JavaScript's dates have only three digits. */
function writeTime(writer: Writer, text: string): void {
  const [, fraction = ''] = /\.(\d{1,9})/.exec(text) ?? [];
  writer.uint32(tag(1, VARINT)).int64(Math.floor(Date.parse(text) / 1000));
  writer.uint32(tag(2, VARINT)).int64(Number(fraction.padEnd(9, '0')));
}
