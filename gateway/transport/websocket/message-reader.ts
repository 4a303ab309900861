import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { waitForTurn } from '../../../kernel/fairness/work-turns.js';
import { UNAUTHENTICATED } from '../../request/admission.js';
import { LARGE_BODY, type LargeBodies, type LargeBodySlot } from '../../request/large-bodies.js';
import { LightAbortController } from '../../upstream/call/light-abort-controller.js';

/** Minimum size in bytes of a read that waits for a turn: a read returns up to 64 KiB. */
const LARGE_PART = 16 * 1024;

export interface MessageReaderOptions {
  readonly socket: WebSocket;
  /** The TCP or TLS connection of the WebSocket. */
  readonly connection: Duplex;
  readonly largeBodies: LargeBodies;
  /** The account of the client; undefined before its authentication. */
  readonly account: () => string | undefined;
  /** Called with each message, in the order in which they were sent. */
  readonly onMessage: (data: Buffer) => void;
  /** Called instead with a large message of an unauthenticated client, which has no reason to send one. */
  readonly onUnauthenticated: () => void;
}

/** A large message that is being read. */
interface LargeMessage {
  /** Aborted when the socket has closed. */
  readonly closed: LightAbortController;
  /** Resolves when the rest of the message may be read; to undefined when the socket has closed. */
  readonly slot: Promise<LargeBodySlot | undefined>;
}

/**
 * Reads the messages of one WebSocket. A large message is read in parts, each in a turn of the account, and needs one of the
 * account's slots for large bodies. The socket is paused while a part waits, so that the rest of the message is not buffered.
 */
export class MessageReader {
  /** Bytes that have been read since the last message. */
  private unframed = 0;
  /** Set from the first 64 KiB of a large message until its end. */
  private large: LargeMessage | undefined;
  /** Pending while a large message waits for its turn. */
  private reading: Promise<void> | undefined;
  /** Number of pending promises; the socket is paused until they have resolved. */
  private pauses = 0;

  constructor(private readonly options: MessageReaderOptions) {
    const { socket, connection } = options;
    connection.on('data', (chunk: Buffer) => this.partRead(chunk.length));
    socket.on('message', (data) => this.messageRead(data as Buffer));
    socket.once('close', () => this.closed());
  }

  /** Pauses the socket until the account's turn. */
  pauseForTurn(account: string): Promise<void> {
    return this.pauseFor(waitForTurn(account));
  }

  private async pauseFor(resolved: Promise<unknown>): Promise<void> {
    const { socket } = this.options;
    this.pauses += 1;
    socket.pause();
    await resolved;
    this.pauses -= 1;
    if (this.pauses === 0) socket.resume();
  }

  /** Pauses the socket after a large part: otherwise one turn of the event loop would read 2 MB of each socket. */
  private partRead(bytes: number): void {
    const account = this.options.account();
    this.unframed += bytes;
    if (account !== undefined && !this.large && this.unframed >= LARGE_BODY) {
      const closed = new LightAbortController();
      this.large = { closed, slot: this.options.largeBodies.enter(account, closed) };
      void this.pauseFor(this.large.slot);
    }
    if (bytes >= LARGE_PART) void this.pauseForTurn(account ?? UNAUTHENTICATED);
  }

  private messageRead(data: Buffer): void {
    const slot = this.large?.slot;
    void slot?.then((acquired) => acquired?.complete());
    this.unframed = 0;
    this.large = undefined;
    this.deliver(data, slot);
  }

  /** Delivers messages in order. A large message waits for a turn of its account. */
  private deliver(data: Buffer, slot: LargeMessage['slot'] | undefined): void {
    if (this.reading) return void this.reading.then(() => this.deliver(data, slot));
    const { account, onMessage, onUnauthenticated } = this.options;
    if (data.length < LARGE_BODY) {
      release(slot);
      return onMessage(data);
    }
    const accountName = account();
    if (accountName === undefined) return onUnauthenticated();
    this.reading = this.pauseForTurn(accountName).then(() => {
      this.reading = undefined;
      onMessage(data);
      release(slot);
    });
  }

  private closed(): void {
    this.large?.closed.abort();
    release(this.large?.slot);
  }
}

function release(slot: LargeMessage['slot'] | undefined): void {
  void slot?.then((acquired) => acquired?.release());
}
