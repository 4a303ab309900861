import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds between two looks at what has not been read. */
const INTERVAL = 1000;

/** Requests of a connection that may be underway at once, sent behind each other without waiting (pipelining). */
const PIPELINED = 16;

interface Connection {
  /** Answers that are underway; a list, because a set that changes with each request leaves its former tables behind. */
  readonly open: ServerResponse[];
  /** One of them that has no valid token and has not been refused yet. */
  unauthenticated: ServerResponse | undefined;
}

/**
 * The HTTP connections of clients, of which it cuts
 *
 * - those with too many requests underway, and those of unauthenticated clients that send another one before they have their answer.
 *   Node.js reads up to two megabytes of a connection, ten thousand requests, in one turn of the event loop;
 * - those whose client does not read what it was answered: from the moment when an answer waits for the network, it must make
 *   progress within `unreadTimeout` milliseconds. The socket's own timeout counts, which bytes that the network takes put off.
 */
export class Connections implements Disposable {
  /** Not by answer: a map that changes with each request leaves its former tables behind. */
  private readonly connections = new Map<Socket, Connection>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly unreadTimeout: number) {
    this.timer = setInterval(() => this.timeoutUnread(), Math.min(INTERVAL, unreadTimeout));
    this.timer.unref();
  }

  /** A request has come. False when its connection has been cut: no answer can be sent. */
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

  /** A request has no valid token and will be refused. */
  markUnauthenticated(response: ServerResponse): void {
    this.of(response.req.socket).unauthenticated = response;
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }

  private of(socket: Socket): Connection {
    const known = this.connections.get(socket);
    if (known) return known;
    const connection: Connection = { open: [], unauthenticated: undefined };
    this.connections.set(socket, connection);
    socket.once('close', () => {
      this.connections.delete(socket);
      for (const response of [...connection.open]) abandon(response);
    });
    return connection;
  }

  private timeoutUnread(): void {
    // Node.js destroys a connection whose timeout nothing listens to.
    for (const socket of this.connections.keys())
      if (socket.writableLength > 0 && !socket.timeout) socket.setTimeout(this.unreadTimeout);
  }
}

/** Node.js tells only the answer that is being sent when its connection has closed, not those that wait behind it. */
function abandon(response: ServerResponse): void {
  response.destroyed = true;
  response.emit('close');
}
