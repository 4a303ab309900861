import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { corkUntilImmediate } from '../../../protocol/cork-until-immediate.js';
import { encodingOf } from '../../../protocol/text-encoding.js';
import { UNREAD_BYTES } from '../core/unread-limit.js';

export interface StreamWriterOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Written immediately after the headers. */
  readonly opening: string;
  /** Written while the stream is idle, so that proxies and clients do not time out. */
  readonly heartbeat: string;
  /** Milliseconds between heartbeats. */
  readonly interval: number;
  /** Called when the connection drains. */
  readonly drained: () => void;
}

/** Writes a streaming response: headers, heartbeats and backpressure. */
export class StreamWriter {
  private readonly beat: NodeJS.Timeout;
  /** The connection, when the response uses chunked encoding. */
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
      // The connection may be reused for other requests.
      outgoing.off('drain', drained);
    });
    this.beat = setInterval(() => {
      if (!this.needsDrain) this.write(heartbeat);
    }, interval);
    this.beat.unref();
  }

  /** Whether the connection has buffered data that must drain first. */
  get needsDrain(): boolean {
    return (this.connection ?? this.response).writableNeedDrain;
  }

  /**
   * Writes text. Returns false when the connection needs to drain; `drained` is called then. Destroys the
   * response of a client that does not read.
   */
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
    // Write the chunk at once: the response would make four writes to the connection, which costs more than
    // building the string.
    return connection.write(`${bytes.toString(16)}\r\n${text}\r\n`, encoding);
  }

  /** Writes the last text and ends the response. */
  end(text: string): void {
    clearInterval(this.beat);
    if (this.response.writable && !this.response.writableEnded) this.response.end(text);
  }
}
