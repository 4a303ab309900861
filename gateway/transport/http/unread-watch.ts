import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds between two looks at what has not been read. */
const INTERVAL = 1000;

/**
 * Cuts connections whose client does not read what it was answered: from the moment when an answer waits for the network,
 * it must make progress within `timeout` milliseconds, or its connection is destroyed. The socket's own timeout counts,
 * which bytes that the network takes put off.
 */
export class UnreadWatch implements Disposable {
  /** Connections, not answers: a set that changes with each request leaves its former tables behind. */
  private readonly connections = new Set<Socket>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly timeout: number) {
    this.timer = setInterval(() => this.look(), Math.min(INTERVAL, timeout));
    this.timer.unref();
  }

  /** Watches the connection of a response until it is closed. */
  watch({ req: { socket } }: ServerResponse): void {
    if (this.connections.has(socket)) return;
    this.connections.add(socket);
    socket.once('close', () => this.connections.delete(socket));
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }

  private look(): void {
    // Node.js destroys a connection whose timeout nothing listens to.
    for (const socket of this.connections)
      if (socket.writableLength > 0 && !socket.timeout) socket.setTimeout(this.timeout);
  }
}
