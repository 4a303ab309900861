import type { ClientRequest } from 'node:http';
import { type Client, type SubscribePayload, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SubgraphResult } from '../../../protocol/wire.js';
import { ResultQueue } from './result-queue.js';
import type { SubgraphStreamOptions } from './subgraph-events.js';
import { slowConsumerError } from '../call/subgraph-source.js';

/**
 * Maximum number of queued results of one subscription, and of their bytes: a slow one must not block the
 * others.
 */
const WAITING = 1_000;
const WAITING_BYTES = 1024 * 1024;
const MAX_MESSAGE = 16 * 1024 * 1024;
/** Timeout in milliseconds for opening a socket, and for its acknowledgement. */
const OPENING = 10_000;
const PING_INTERVAL = 10_000;
/** Idle timeout of a socket in milliseconds. */
const IDLE = 10_000;
/** Milliseconds before the next attempt to open a WebSocket to a subgraph that does not support them. */
const RETRY_UNSUPPORTED = 60_000;

export interface SubgraphSocketOptions {
  /** URL of the subgraph, for HTTP or WebSockets. */
  readonly url: string;
  /** Credentials of the gateway in `connection_init`. */
  readonly connectionParams?: (() => Promise<Record<string, unknown>>) | undefined;
  /** Milliseconds between pings, and timeout of a pong. Default 10,000. */
  readonly pingInterval?: number | undefined;
}

/**
 * The WebSocket to a subgraph (graphql-transport-ws) shared by all live subscriptions: an event for a thousand
 * subscriptions arrives in a few reads instead of on a thousand connections. The socket is never paused: a slow consumer
 * gets SLOW_CONSUMER and resumes after its position on its own connection.
 */
export class SubgraphSocket implements Disposable {
  private readonly client: Client;
  /** Callbacks for the acknowledgement of the socket. */
  private readonly opening = new Set<() => void>();
  private open = false;
  private unsupportedUntil = 0;
  private silence: NodeJS.Timeout | undefined;
  /** Bytes of the current message. */
  private size = 0;
  private lastId = 0;
  private readonly pingInterval: number;

  constructor({ url, connectionParams, pingInterval = PING_INTERVAL }: SubgraphSocketOptions) {
    this.pingInterval = pingInterval;
    this.client = createClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl: socketClass({
        unsupported: () => (this.unsupportedUntil = performance.now() + RETRY_UNSUPPORTED),
        message: (bytes) => (this.size = bytes),
      }),
      ...(connectionParams && { connectionParams }),
      generateID: () => String((this.lastId += 1)),
      keepAlive: pingInterval,
      connectionAckWaitTimeout: OPENING,
      lazyCloseTimeout: IDLE,
      // Each subscription resubscribes after its own position.
      retryAttempts: 0,
      on: {
        connected: () => this.connected(),
        closed: () => this.closed(),
        ping: (received) => received || this.listenForPong(),
        pong: (received) => received && clearTimeout(this.silence),
      },
    });
  }

  /** Whether the subgraph did not support WebSockets at the last attempt, less than a minute ago. */
  get unsupported(): boolean {
    return performance.now() < this.unsupportedUntil;
  }

  /**
   * Opens a subscription. Rejects with the error of `lost` when the subgraph is unreachable over WebSockets.
   */
  subscribe(
    payload: SubscribePayload,
    { signal, arrived, lost }: SubgraphStreamOptions,
  ): Promise<ResultQueue> {
    return new Promise((resolve, reject) => {
      const opened = () => resolve(results);
      const results = new ResultQueue({ signal, onCancelled: () => leave() });
      if (results.closed) return resolve(results);
      const take = (value: SubgraphResult): void => {
        if (results.closed) return;
        if (isFull(results, this.size)) {
          results.fail(slowConsumerError());
          leave();
          return;
        }
        arrived();
        results.push(value, this.size);
      };
      const rejected = (errors: SubgraphResult['errors'] & object) => {
        take({ errors });
        results.end();
      };
      const fail = (cause: unknown) => {
        this.opening.delete(opened);
        if (results.closed) return resolve(results);
        const failure = lost(cause);
        results.fail(failure);
        reject(failure);
      };
      const leave: () => void = this.client.subscribe<Record<string, unknown>>(payload, {
        next: (value) => take(value as SubgraphResult),
        error: (cause) => (Array.isArray(cause) ? rejected(cause) : fail(cause)),
        complete: () => results.end(),
      });
      if (this.open) resolve(results);
      else this.opening.add(opened);
    });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.silence);
    this.client.terminate();
    void this.client.dispose();
  }

  private connected(): void {
    this.open = true;
    for (const opened of this.opening) opened();
    this.opening.clear();
  }

  private closed(): void {
    this.open = false;
    clearTimeout(this.silence);
  }

  /** Detects a hung subgraph or network, which keeps its connections open. */
  private listenForPong(): void {
    this.silence = setTimeout(() => this.client.terminate(), this.pingInterval);
    this.silence.unref();
  }
}

/** A single result is accepted at any size. */
function isFull({ length, bytes }: ResultQueue, more: number): boolean {
  return length > 0 && (length >= WAITING || bytes + more > WAITING_BYTES);
}

interface SocketListener {
  /** The server does not support the protocol. */
  readonly unsupported: () => void;
  /** Called with the length in bytes before each message is handled. */
  readonly message: (bytes: number) => void;
}

function socketClass({ unsupported, message }: SocketListener): unknown {
  return class extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, {
        perMessageDeflate: false,
        maxPayload: MAX_MESSAGE,
        handshakeTimeout: OPENING,
      });
      this.on('unexpected-response', (request: ClientRequest) => {
        unsupported();
        request.destroy();
        this.terminate();
      });
      this.on('upgrade', ({ headers }) => {
        if (headers['sec-websocket-protocol'] !== protocol) unsupported();
      });
      this.on('message', (data: Buffer) => message(data.length));
    }
  };
}
