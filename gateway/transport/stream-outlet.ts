import type { ServerResponse } from 'node:http';
import { corkTurn } from '../../kernel/graph/cork-turn.js';
import { UNREAD_BYTES } from './unread.js';

export interface StreamOutletOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Written at once behind the headers. */
  readonly opening: string;
  /** Written when nothing else is, so that proxies and readers do not give up. */
  readonly heartbeat: string;
  /** Milliseconds between heartbeats. */
  readonly interval: number;
  /** The network takes more again. */
  readonly drained: () => void;
}

/** A response that stays open: headers and heartbeats, and whether the network is behind. */
export class StreamOutlet {
  private readonly beat: NodeJS.Timeout;

  constructor(
    private readonly response: ServerResponse,
    options: StreamOutletOptions,
  ) {
    const { headers, opening, heartbeat, interval, drained } = options;
    response.writeHead(200, {
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      ...headers,
    });
    response.flushHeaders();
    response.write(opening);
    response.on('drain', drained);
    this.beat = setInterval(() => {
      if (!response.writableNeedDrain && response.writable) response.write(heartbeat);
    }, interval);
    this.beat.unref();
    response.once('close', () => clearInterval(this.beat));
  }

  /** Whether the network is behind. */
  get behind(): boolean {
    return this.response.writableNeedDrain;
  }

  /** Hands over some text. False: the network is behind, and `drained` will be called. Cuts who reads nothing. */
  write(text: string): boolean {
    const { response } = this;
    if (!response.writable || response.writableEnded) return true;
    if (response.writableLength > UNREAD_BYTES) {
      response.destroy();
      return true;
    }
    if (response.socket) corkTurn(response.socket);
    // What is ASCII is written as it is; UTF-8 is worked out first.
    return response.write(text, Buffer.byteLength(text) === text.length ? 'latin1' : 'utf8');
  }

  /** Writes the last of it. */
  end(text: string): void {
    clearInterval(this.beat);
    if (this.response.writable && !this.response.writableEnded) this.response.end(text);
  }
}
