import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../kernel/clock.js';
import type { Credential, Credentials } from '../../credentials.js';
import { type ApiCall, flag } from './call.js';
import { type Flow, isPlatform } from './flow-control.js';
import { tooManyRequests } from '../kinds/status.js';

/** Milliseconds between two checks. */
const INTERVAL = 1_000;
/** Streams that the people of an account may have open: as many as CONNECTIONS_PER_ACCOUNT of a gateway by default. */
const MOST = 1_000;

/** Watches and followed logs: each is cut off within a second when the credential it was opened with ends. */
export class OpenStreams implements Disposable {
  private readonly open = new Map<ServerResponse, Credential>();
  /** How many the people of an account have open. */
  private readonly counts = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly credentials: Credentials,
    private readonly clock: Clock,
  ) {
    this.timer = setInterval(() => this.check(), INTERVAL);
    this.timer.unref();
  }

  /** Throws ApiError 429 when the call asks for a stream and the flow has as many open as people may. */
  admit({ query }: ApiCall, flow: Flow): void {
    if (!flag(query, 'watch') && !flag(query, 'follow')) return;
    if (!isPlatform(flow) && (this.counts.get(flow.account) ?? 0) >= MOST) throw tooManyRequests(1);
  }

  /** Keeps a stream until it ends. */
  add(response: ServerResponse, flow: Flow, credential: Credential): void {
    if (response.destroyed || response.writableFinished) return;
    this.open.set(response, credential);
    if (!isPlatform(flow)) this.count(flow.account, 1);
    response.once('close', () => {
      this.open.delete(response);
      if (!isPlatform(flow)) this.count(flow.account, -1);
    });
  }

  private count(account: string, change: 1 | -1): void {
    const count = (this.counts.get(account) ?? 0) + change;
    if (count > 0) this.counts.set(account, count);
    else this.counts.delete(account);
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
