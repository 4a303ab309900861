import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds between checks for unread responses. */
const INTERVAL = 1000;

/** Maximum number of pipelined requests of a connection. */
const PIPELINED = 16;

interface Connection {
  /**
   * Open responses. An array, because a Set that changes with each request leaves garbage tables in V8's old
   * generation.
   */
  readonly open: ServerResponse[];
  /** An open response to a request without a valid token, not yet rejected. */
  unauthenticated: ServerResponse | undefined;
}

/**
 * The HTTP connections of clients. Destroys
 *
 * - connections with too many open requests, and those of unauthenticated clients that send another request before
 * the response to the previous one. Node.js reads up to 2 MB of a connection, ten thousand requests, in one turn of
 * the event loop;
 * - connections whose client does not read: once a response waits for the network, it must make progress within
 * `unreadTimeout` milliseconds. The socket's own timeout is used, which restarts when the network accepts
 * bytes.
 */
export class Connections implements Disposable {
  /** Keyed by socket: a Map that changes with each request leaves garbage tables in V8's old generation. */
  private readonly connections = new Map<Socket, Connection>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly unreadTimeout: number) {
    this.timer = setInterval(() => this.timeoutUnread(), Math.min(INTERVAL, unreadTimeout));
    this.timer.unref();
  }

  /** Registers a request. Returns false when its connection has been destroyed and no response can be sent. */
  begin(response: ServerResponse): boolean {
    const { socket } = response.req;
    if (socket.destroyed) return false;
    const connection = this.of(socket);
    if (connection.open.length === PIPELINED || connection.unauthenticated?.headersSent === false) {
      socket.destroy();
      return false;
    }
    connection.open.push(response);
    response.once('close', () => void connection.open.splice(connection.open.indexOf(response), 1));
    return true;
  }

  /** Marks a request without a valid token, which will be rejected. */
  markUnauthenticated(response: ServerResponse): void {
    this.of(response.req.socket).unauthenticated = response;
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }

  private of(socket: Socket): Connection {
    const existing = this.connections.get(socket);
    if (existing) return existing;
    const connection: Connection = { open: [], unauthenticated: undefined };
    this.connections.set(socket, connection);
    socket.once('close', () => {
      this.connections.delete(socket);
      for (const response of [...connection.open]) abandon(response);
    });
    return connection;
  }

  private timeoutUnread(): void {
    // Node.js destroys a connection on timeout when there is no listener.
    for (const socket of this.connections.keys())
      if (socket.writableLength > 0 && !socket.timeout) socket.setTimeout(this.unreadTimeout);
  }
}

/**
 * When a connection closes, Node.js emits `close` only on the response being sent, not on pipelined ones behind
 * it.
 */
function abandon(response: ServerResponse): void {
  response.destroyed = true;
  response.emit('close');
}
