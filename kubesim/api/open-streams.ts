import type { ServerResponse } from 'node:http';
import type { Clock } from '../../kernel/clock.js';
import type { Credential, Credentials } from '../cloud/credentials.js';

/** Milliseconds between two checks. */
const INTERVAL = 1_000;

/** Watches and followed logs: each is cut off within a second when the credential it was opened with ends. */
export class OpenStreams implements Disposable {
  private readonly open = new Map<ServerResponse, Credential>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly credentials: Credentials,
    private readonly clock: Clock,
  ) {
    this.timer = setInterval(() => this.check(), INTERVAL);
    this.timer.unref();
  }

  add(response: ServerResponse, credential: Credential): void {
    if (response.destroyed || response.writableFinished) return;
    this.open.set(response, credential);
    response.once('close', () => this.open.delete(response));
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }

  private check(): void {
    const now = this.clock.now();
    for (const [response, credential] of this.open)
      if (this.credentials.hasEnded(credential, now)) response.destroy();
  }
}
