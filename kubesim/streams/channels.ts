import { PassThrough, type Readable, Writable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';

/** Bytes that wait for a reader before the connection stops reading. */
const WAITING = 64 * 1024;
/** Channel of the signal that closes the channel that its data names (`v5.channel.k8s.io`). */
const CLOSE = 255;

/** The channels of a WebSocket (`channel.k8s.io`): the first byte of each message is the number of its channel. */
export class Channels {
  private readonly inputs = new Map<number, PassThrough>();

  constructor(private readonly webSocket: WebSocket) {
    webSocket.on('message', (data: RawData) => this.receive(bytesOf(data)));
    webSocket.once('close', () => {
      for (const input of this.inputs.values()) input.end();
    });
  }

  /** What the client sends on a channel. */
  readable(channel: number): Readable {
    const input = new PassThrough({ highWaterMark: WAITING });
    this.inputs.set(channel, input);
    return input.on('error', () => undefined);
  }

  /** Sends on a channel; a write is done when the connection has taken it. */
  writable(channel: number): Writable {
    const { webSocket } = this;
    const stream = new Writable({
      highWaterMark: WAITING,
      write(chunk: Buffer, _encoding, done) {
        if (webSocket.readyState !== webSocket.OPEN) return done();
        webSocket.send(Buffer.concat([Buffer.from([channel]), chunk]), (error) => done(error));
      },
    });
    return stream.on('error', () => undefined);
  }

  /** Sends an empty message, so that the client sees that a channel is open. */
  open(channel: number): void {
    this.webSocket.send(Buffer.from([channel]));
  }

  private receive(message: Buffer): void {
    const [channel = 0, closed = 0] = message;
    if (channel === CLOSE) return void this.inputs.get(closed)?.end();
    const input = this.inputs.get(channel);
    if (!input || input.writableEnded || input.destroyed || input.write(message.subarray(1))) return;
    this.webSocket.pause();
    const resume = () => this.webSocket.resume();
    input.once('drain', resume).once('close', resume);
  }
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
