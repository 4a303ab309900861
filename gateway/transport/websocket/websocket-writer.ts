import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { corkUntilImmediate } from '../../../protocol/cork-until-immediate.js';
import { UNREAD_BYTES } from '../core/unread-limit.js';

/** Bytes that wait for the network from which on a socket counts as behind. */
const BEHIND = 128 * 1024;

/** Writes to one WebSocket and says when the network is behind. */
export class WebSocketWriter {
  private waits = false;

  constructor(
    private readonly socket: WebSocket,
    /** What the WebSocket runs on. */
    private readonly connection: Duplex,
    private readonly drained: () => void,
  ) {}

  /** Whether the network is behind. */
  get needsDrain(): boolean {
    return this.waits;
  }

  /** Hands over a text. False: the network is behind, and `drained` will be called. */
  send(text: string | Buffer): boolean {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return true;
    corkUntilImmediate(this.connection);
    const waiting = socket.bufferedAmount + text.length;
    if (waiting > UNREAD_BYTES + text.length) socket.terminate();
    else if (this.waits || waiting < BEHIND) socket.send(text, { binary: false });
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
