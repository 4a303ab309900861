import { Duplex } from 'node:stream';
import { ByteReader } from './byte-reader.js';
import { EmptyHeaderWriter, HeaderReader } from './spdy-headers.js';

/** Types of control frames. */
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const HEADERS = 8;

const FIN = 1;
const REFUSED_STREAM = 3;
const CANCEL = 5;

/** Longest control frame, and most open streams of a connection. */
const MAX_CONTROL_FRAME = 64 * 1024;
const MAX_STREAMS = 512;

/** One stream of a connection. Ending it closes the direction to the client. */
export class SpdyStream extends Duplex {
  private resume_: (() => void) | undefined;

  constructor(
    readonly id: number,
    readonly headers: ReadonlyMap<string, string>,
    private readonly connection: SpdyConnection,
  ) {
    super({ allowHalfOpen: true });
    // A connection that ends destroys its streams.
    this.on('error', () => undefined);
  }

  /** Takes data of the client; resolves when the stream can take more. */
  async receive(data: Buffer): Promise<void> {
    if (this.destroyed || this.readableEnded || this.push(data)) return;
    await new Promise<void>((resolve) => {
      this.resume_ = resolve;
      this.once('close', resolve);
    });
  }

  override _read(): void {
    this.resume_?.();
    this.resume_ = undefined;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.connection.send(dataFrame(this.id, chunk, 0), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.connection.send(dataFrame(this.id, Buffer.alloc(0), FIN), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.readableEnded || !this.writableFinished) this.connection.reset(this.id, CANCEL);
    this.connection.release(this);
    done(error);
  }
}

/**
 * The server side of a SPDY/3.1 connection as Kubernetes uses it: the client opens streams, each with headers, and both sides send
 * data. Neither side counts windows (github.com/moby/spdystream): a stream that is not read stops the reading of its connection.
 */
export class SpdyConnection {
  private readonly streams = new Map<number, SpdyStream>();
  private readonly replies = new EmptyHeaderWriter();
  /** Settles when the connection has ended. */
  readonly ended: Promise<void>;

  constructor(
    private readonly socket: Duplex,
    private readonly onStream: (stream: SpdyStream) => void,
  ) {
    this.ended = this.run().catch(() => undefined);
    socket.once('close', () => this.end());
  }

  /** Sends a frame; `done` is called when the socket has taken it. */
  send(frame: Buffer, done: (error?: Error | null) => void = () => undefined): void {
    if (!this.socket.writable) return done(new Error('the connection has ended'));
    this.socket.write(frame, done);
  }

  /** Tells the client that a stream has ended. */
  reset(id: number, reason: number): void {
    this.send(controlFrame(RST_STREAM, numbers(id, reason)));
  }

  /** Forgets a stream that has ended. */
  release({ id }: SpdyStream): void {
    this.streams.delete(id);
  }

  /** Ends the connection when the client has received what was sent. */
  close(): void {
    this.socket.end();
  }

  private end(): void {
    for (const stream of this.streams.values()) stream.destroy();
  }

  private async run(): Promise<void> {
    using headers = new HeaderReader();
    const reader = new ByteReader(this.socket);
    try {
      for (let head = await reader.exactly(8); head; head = await reader.exactly(8))
        await this.frame(head, reader, headers);
      this.socket.end();
    } catch (error) {
      // A client that breaks the protocol would wait for its streams.
      this.socket.destroy();
      throw error;
    } finally {
      this.end();
    }
  }

  private async frame(head: Buffer, reader: ByteReader, headers: HeaderReader): Promise<void> {
    const length = head.readUInt32BE(4) & 0xffffff;
    const flags = head[4] ?? 0;
    if ((head[0] ?? 0) < 0x80) return this.data(reader, head.readUInt32BE(0), { length, flags });
    if (length > MAX_CONTROL_FRAME) throw new Error('a control frame is too long');
    const body = await reader.exactly(length);
    if (body) await this.control(head.readUInt16BE(2), { body, flags, headers });
  }

  private async data(
    reader: ByteReader,
    id: number,
    { length, flags }: { readonly length: number; readonly flags: number },
  ): Promise<void> {
    const stream = this.streams.get(id);
    for (let rest = length; rest > 0;) {
      const part = await reader.upTo(rest);
      if (!part) return;
      rest -= part.length;
      await stream?.receive(part);
    }
    if (flags & FIN) stream?.push(null);
  }

  private async control(
    type: number,
    frame: { readonly body: Buffer; readonly flags: number; readonly headers: HeaderReader },
  ): Promise<void> {
    const { body, flags, headers } = frame;
    switch (type) {
      case SYN_STREAM:
        return this.accept(body.readUInt32BE(0), await headers.read(body.subarray(10)), flags);
      case HEADERS:
      case SYN_REPLY:
        // Not used, but part of the compressed stream of all headers.
        await headers.read(body.subarray(4));
        return;
      case RST_STREAM:
        this.streams.get(body.readUInt32BE(0))?.destroy();
        return;
      case PING:
        this.send(controlFrame(PING, body));
    }
  }

  private accept(id: number, headers: ReadonlyMap<string, string>, flags: number): void {
    if (this.streams.size >= MAX_STREAMS || this.streams.has(id)) return this.reset(id, REFUSED_STREAM);
    const stream = new SpdyStream(id, headers, this);
    this.streams.set(id, stream);
    this.send(controlFrame(SYN_REPLY, Buffer.concat([numbers(id), this.replies.next()])));
    if (flags & FIN) stream.push(null);
    this.onStream(stream);
  }
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
}

function controlFrame(type: number, body: Buffer): Buffer {
  return Buffer.concat([numbers(0x8003_0000 + type, body.length), body]);
}

function dataFrame(id: number, data: Buffer, flags: number): Buffer {
  return Buffer.concat([numbers(id, flags * 2 ** 24 + data.length), data]);
}
