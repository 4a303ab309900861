import protobuf from 'protobufjs/minimal.js';

/** One field in protobuf's wire format: `bytes` of texts, messages and numbers with a point, `int` of other numbers. */
export interface WireField {
  readonly number: number;
  readonly bytes: Buffer;
  readonly int: number;
}

const EMPTY = Buffer.alloc(0);
/** Wire types; Kubernetes writes no others. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** Yields the fields of a protobuf message. Throws if it is truncated or malformed. */
export function* wireFields(message: Buffer): Generator<WireField> {
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const number = tag >>> 3;
    const type = tag & 7;
    if (type === VARINT) yield { number, bytes: EMPTY, int: Number(reader.int64()) };
    else if (type === FIXED64) yield { number, bytes: fixed64(reader, message), int: 0 };
    else if (type === BYTES) yield { number, bytes: viewOf(reader.bytes()), int: 0 };
    else reader.skipType(type);
  }
}

/** A view of the same bytes: copies at each level of a nested message would take quadratic time. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The eight bytes of a number with a point. */
function fixed64(reader: protobuf.Reader, message: Buffer): Buffer {
  const start = reader.pos;
  reader.skip(8);
  return message.subarray(start, start + 8);
}
