import type { ClientRequest } from 'node:http';
import { type Client, type SubscribePayload, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SubgraphResult } from '../../../protocol/wire.js';
import { ResultQueue } from './result-queue.js';
import type { SubgraphStreamOptions } from './subgraph-events.js';
import { slowConsumerError } from '../call/subgraph-source.js';

/** Results of one subscription that may wait to be pulled, and bytes of them: one that is slow must not hold up others. */
const WAITING = 1_000;
const WAITING_BYTES = 1024 * 1024;
const MAX_MESSAGE = 16 * 1024 * 1024;
/** Milliseconds to open a socket, and then to be acknowledged. */
const OPENING = 10_000;
/** Milliseconds between pings, and until an answer to one is missing. */
const PING_INTERVAL = 10_000;
/** Milliseconds that a socket is kept when it carries nothing. */
const IDLE = 10_000;
/** Milliseconds after which a subgraph that knew no WebSockets is asked again. */
const ASK_AGAIN = 60_000;

export interface SubgraphSocketOptions {
  /** The subgraph's address, of HTTP or of WebSockets. */
  readonly url: string;
  /** What the gateway proves itself with when it connects. */
  readonly connectionParams?: (() => Promise<Record<string, unknown>>) | undefined;
}

/**
 * The one WebSocket to a subgraph (graphql-transport-ws), for all subscriptions that hear what happens from now on. An
 * event for a thousand of them is read in a few pieces rather than from a thousand connections. Nothing holds it up: who
 * is too slow for it is told so, and goes on behind its position with a connection of its own.
 */
export class SubgraphSocket implements Disposable {
  private readonly client: Client;
  /** Called when the socket has been acknowledged. */
  private readonly opening = new Set<() => void>();
  private open = false;
  private refusedUntil = 0;
  private silence: NodeJS.Timeout | undefined;
  /** Bytes of the message that is being handled. */
  private size = 0;
  private lastId = 0;

  constructor({ url, connectionParams }: SubgraphSocketOptions) {
    this.client = createClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl: socketClass({
        unsupported: () => (this.refusedUntil = performance.now() + ASK_AGAIN),
        message: (bytes) => (this.size = bytes),
      }),
      ...(connectionParams && { connectionParams }),
      generateID: () => String((this.lastId += 1)),
      keepAlive: PING_INTERVAL,
      connectionAckWaitTimeout: OPENING,
      lazyCloseTimeout: IDLE,
      // Clients come back by themselves, each behind its position.
      retryAttempts: 0,
      on: {
        connected: () => this.connected(),
        closed: () => this.closed(),
        ping: (received) => received || this.listenForPong(),
        pong: (received) => received && clearTimeout(this.silence),
      },
    });
  }

  /** Whether the subgraph has been found not to speak WebSockets, a short while ago. */
  get refused(): boolean {
    return performance.now() < this.refusedUntil;
  }

  /** Opens a subscription. Rejects with what `lost` makes when the subgraph cannot be reached in this way. */
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
      const refused = (errors: SubgraphResult['errors'] & object) => {
        take({ errors });
        results.end();
      };
      const over = (cause: unknown) => {
        this.opening.delete(opened);
        if (results.closed) return resolve(results);
        const failure = lost(cause);
        results.fail(failure);
        reject(failure);
      };
      const leave: () => void = this.client.subscribe<Record<string, unknown>>(payload, {
        next: (value) => take(value as SubgraphResult),
        error: (cause) => (Array.isArray(cause) ? refused(cause) : over(cause)),
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

  /** A subgraph that froze, or the network to it, keeps its connections: only silence tells. */
  private listenForPong(): void {
    this.silence = setTimeout(() => this.client.terminate(), PING_INTERVAL);
    this.silence.unref();
  }
}

/** A single result may be as large as it likes. */
function isFull({ length, bytes }: ResultQueue, more: number): boolean {
  return length > 0 && (length >= WAITING || bytes + more > WAITING_BYTES);
}

interface SocketListener {
  /** The other side does not know the protocol at all. */
  readonly unsupported: () => void;
  /** Called before each message is handled, with its length in bytes. */
  readonly message: (bytes: number) => void;
}

function socketClass({ unsupported: refused, message }: SocketListener): unknown {
  return class extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, {
        perMessageDeflate: false,
        maxPayload: MAX_MESSAGE,
        handshakeTimeout: OPENING,
      });
      this.on('unexpected-response', (request: ClientRequest) => {
        refused();
        request.destroy();
        this.terminate();
      });
      this.on('upgrade', ({ headers }) => {
        if (headers['sec-websocket-protocol'] !== protocol) refused();
      });
      this.on('message', (data: Buffer) => message(data.length));
    }
  };
}
