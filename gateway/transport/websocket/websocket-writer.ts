import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { corkUntilImmediate } from '../../../protocol/cork-until-immediate.js';
import { UNREAD_BYTES } from '../core/unread-limit.js';

/** Buffered bytes from which on the socket needs to drain. */
const HIGH_WATER_MARK = 128 * 1024;

/** Writes to one WebSocket with backpressure. */
export class WebSocketWriter {
  private waits = false;

  constructor(
    private readonly socket: WebSocket,
    /** The TCP or TLS connection of the WebSocket. */
    private readonly connection: Duplex,
    private readonly drained: () => void,
  ) {}

  /** Whether the connection has buffered data that must drain first. */
  get needsDrain(): boolean {
    return this.waits;
  }

  /** Sends a text. Returns false when the connection needs to drain; `drained` is called then. */
  send(text: string | Buffer): boolean {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return true;
    corkUntilImmediate(this.connection);
    const waiting = socket.bufferedAmount + text.length;
    if (waiting > UNREAD_BYTES + text.length) socket.terminate();
    else if (this.waits || waiting < HIGH_WATER_MARK) socket.send(text, { binary: false });
    else this.sendLast(text);
    return !this.waits;
  }

  private sendLast(text: string | Buffer): void {
    this.waits = true;
    this.socket.send(text, { binary: false }, () => {
      this.waits = false;
      this.drained();
    });
  }
}
