import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { corkUntilImmediate } from '../../../protocol/cork-until-immediate.js';
import { encodingOf } from '../../../protocol/text-encoding.js';
import { UNREAD_BYTES } from '../core/unread-limit.js';

export interface StreamWriterOptions {
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
export class StreamWriter {
  private readonly beat: NodeJS.Timeout;
  /** The connection, when the response goes over it in chunks. */
  private readonly connection: Socket | undefined;

  constructor(
    private readonly response: ServerResponse,
    options: StreamWriterOptions,
  ) {
    const { headers, opening, heartbeat, interval, drained } = options;
    response.writeHead(200, {
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      ...headers,
    });
    response.flushHeaders();
    response.write(opening);
    this.connection = (response.chunkedEncoding && response.socket) || undefined;
    const outgoing = this.connection ?? response;
    outgoing.on('drain', drained);
    response.once('close', () => {
      clearInterval(this.beat);
      // The connection may serve other requests of its client.
      outgoing.off('drain', drained);
    });
    this.beat = setInterval(() => {
      if (!this.needsDrain) this.write(heartbeat);
    }, interval);
    this.beat.unref();
  }

  /** Whether the network is behind. */
  get needsDrain(): boolean {
    return (this.connection ?? this.response).writableNeedDrain;
  }

  /** Hands over some text. False: the network is behind, and `drained` will be called. Cuts who reads nothing. */
  write(text: string): boolean {
    const { response } = this;
    if (!response.writable || response.writableEnded) return true;
    if (response.writableLength > UNREAD_BYTES) {
      response.destroy();
      return true;
    }
    const bytes = Buffer.byteLength(text);
    const encoding = encodingOf(text, bytes);
    const { connection } = this;
    if (!connection) return response.write(text, encoding);
    corkUntilImmediate(connection);
    // The chunk in one piece: the response would write four to the connection, which costs more than making the text.
    return connection.write(`${bytes.toString(16)}\r\n${text}\r\n`, encoding);
  }

  /** Writes the last of it. */
  end(text: string): void {
    clearInterval(this.beat);
    if (this.response.writable && !this.response.writableEnded) this.response.end(text);
  }
}
