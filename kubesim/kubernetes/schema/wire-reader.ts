/** One field as protobuf writes it: `bytes` for lengths and fixed sizes, `varint` for numbers. */
export interface WireEntry {
  readonly number: number;
  readonly bytes: Buffer;
  readonly varint: bigint;
}

const EMPTY = Buffer.alloc(0);

/** Reads the fields of a protobuf message. Throws RangeError when it ends too early. */
export class WireReader {
  private position = 0;

  constructor(private readonly buffer: Buffer) {}

  *entries(): Generator<WireEntry> {
    while (this.position < this.buffer.length) {
      const tag = Number(this.varint());
      const number = tag >>> 3;
      switch (tag & 7) {
        case 0:
          yield { number, bytes: EMPTY, varint: this.varint() };
          break;
        case 1:
          yield { number, bytes: this.take(8), varint: 0n };
          break;
        case 2:
          yield { number, bytes: this.take(Number(this.varint())), varint: 0n };
          break;
        case 5:
          yield { number, bytes: this.take(4), varint: 0n };
          break;
        default:
          throw new RangeError('an unknown wire type');
      }
    }
  }

  private varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.buffer[this.position];
      if (byte === undefined) break;
      this.position += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number ends too early');
  }

  private take(length: number): Buffer {
    const end = this.position + length;
    if (length < 0 || end > this.buffer.length) throw new RangeError('a field ends too early');
    const bytes = this.buffer.subarray(this.position, end);
    this.position = end;
    return bytes;
  }
}
