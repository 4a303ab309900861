import {
  type Client as Socket,
  createClient,
  type FormattedExecutionResult,
  type SubscribePayload,
} from 'graphql-ws';
import { TransportError } from './errors.js';

/** A WebSocket class with the interface of browsers. */
export type WebSocketClass = new (url: string, protocols?: string | string[]) => unknown;

export interface ConnectionOptions {
  /** ws:// or wss:// */
  readonly url: string;
  /** Returns the bearer token for connection_init; undefined sends none. */
  readonly token: () => Promise<string | undefined>;
  /** Default: the global WebSocket. */
  readonly webSocketImpl: WebSocketClass | undefined;
}

/** Callbacks of one subscription on one connection; exactly one of `failed` and `completed` is called, last. */
export interface Listener {
  readonly next: (result: FormattedExecutionResult) => void;
  readonly failed: (error: unknown) => void;
  readonly completed: () => void;
}

/** Milliseconds between pings, and timeout of a pong. */
const PING_INTERVAL_MS = 10_000;
/** Milliseconds after which an unused socket is closed. */
const LAZY_CLOSE_MS = 1_000;

interface Link {
  readonly socket: Socket;
  lost: { readonly event: unknown } | undefined;
}

/**
 * One WebSocket shared by the subscriptions of a client (graphql-transport-ws), opened on demand. It does not reconnect:
 * each subscription resubscribes, because only the subscription knows its position.
 */
export class Connection {
  private current: Link | undefined;
  private readonly links = new Set<Link>();

  constructor(private readonly options: ConnectionOptions) {}

  /** Starts a subscription; returns a function that ends it. */
  subscribe(payload: SubscribePayload, listener: Listener): () => void {
    const link = (this.current ??= this.open());
    return link.socket.subscribe(payload, {
      next: listener.next,
      error: listener.failed,
      // graphql-ws completes subscriptions whose socket closes after they were ended.
      complete: () => (link.lost ? listener.failed(link.lost.event) : listener.completed()),
    });
  }

  /** Makes the next subscription open a new socket; active ones keep theirs. */
  renew(): void {
    this.current = undefined;
  }

  /** Closes all sockets. */
  close(): void {
    this.current = undefined;
    for (const link of this.links) dispose(link.socket);
  }

  private open(): Link {
    const link: Link = { socket: this.connect(() => link), lost: undefined };
    this.links.add(link);
    return link;
  }

  private connect(link: () => Link): Socket {
    const webSocketImpl = this.options.webSocketImpl ?? globalThis.WebSocket;
    if (!webSocketImpl)
      throw new TypeError(
        "This runtime has no WebSocket (Node.js has one from 22 on): pass `webSocketImpl`, e.g. `WebSocket` of the package 'ws'.",
      );
    let overdue: ReturnType<typeof setTimeout> | undefined;
    const socket = createClient({
      url: this.options.url,
      webSocketImpl,
      connectionParams: async () => {
        const token = await this.options.token();
        return token ? { authorization: `Bearer ${token}` } : {};
      },
      retryAttempts: 0,
      lazyCloseTimeout: LAZY_CLOSE_MS,
      connectionAckWaitTimeout: PING_INTERVAL_MS,
      keepAlive: PING_INTERVAL_MS,
      on: {
        ping: (received) => {
          if (!received) overdue = setTimeout(() => socket.terminate(), PING_INTERVAL_MS);
        },
        pong: (received) => {
          if (received) clearTimeout(overdue);
        },
        error: (error) => this.lose(link(), error),
        closed: (event) => {
          clearTimeout(overdue);
          this.lose(link(), event);
        },
      },
    });
    return socket;
  }

  private lose(link: Link, event: unknown): void {
    link.lost ??= { event };
    this.links.delete(link);
    if (this.current === link) this.current = undefined;
    dispose(link.socket);
  }
}

/** Stops graphql-ws from opening sockets. */
function dispose(socket: Socket): void {
  Promise.resolve(socket.dispose()).catch(() => undefined);
}

/** The error of a WebSocket, from a close event, an error event or an error. */
export function toTransportError(event: unknown): TransportError {
  const { code, reason, message, error } = Object(event) as Readonly<Record<string, unknown>>;
  const closeCode = typeof code === 'number' ? code : undefined;
  const inner = error instanceof Error ? error.message : undefined;
  const why = [reason, message, inner].find((text) => typeof text === 'string' && text !== '');
  const cause = closeCode === undefined ? 'the WebSocket failed' : `the WebSocket was closed (${closeCode})`;
  const retryAfter = parseRetryDelay(reason);
  return new TransportError(why ? `${cause}: ${String(why)}` : cause, {
    closeCode,
    retryAfter,
    cause: event,
  });
}

/** A stopping gateway sends each client a different delay: `Service restart; retry in 1234 ms`. */
function parseRetryDelay(reason: unknown): number | undefined {
  const match = typeof reason === 'string' ? /retry in (\d{1,6}) ms/.exec(reason) : null;
  return match ? Number(match[1]) : undefined;
}
