import type { ServerResponse } from 'node:http';

/** Milliseconds between two looks at what has not been read. */
const INTERVAL = 1000;

/**
 * Cuts connections whose client does not read what it was answered: from the moment when an answer waits for the network,
 * it must make progress within `timeout` milliseconds, or its connection is destroyed. The socket's own timeout counts,
 * which bytes that the network takes put off.
 */
export class UnreadWatch implements Disposable {
  private readonly responses = new Set<ServerResponse>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly timeout: number) {
    this.timer = setInterval(() => this.look(), Math.min(INTERVAL, timeout));
    this.timer.unref();
  }

  /** Watches a response until it is closed. */
  watch(response: ServerResponse): void {
    this.responses.add(response);
    response.once('close', () => this.responses.delete(response));
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }

  private look(): void {
    for (const response of this.responses) {
      // Streams write to the connection itself.
      const isBehind = response.socket?.writableNeedDrain ?? false;
      const waits = isBehind || (response.writableEnded && !response.writableFinished);
      if (!waits || response.listenerCount('timeout') > 0) continue;
      response.setTimeout(this.timeout, () => response.destroy());
    }
  }
}
