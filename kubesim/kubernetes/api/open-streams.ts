import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../kernel/clock.js';
import type { Credential, Credentials } from '../../credentials.js';
import { flag } from './call.js';
import { type Flow, isPlatform } from './flow-control.js';
import { tooManyRequests } from '../kinds/status.js';

/** Milliseconds between two checks. */
const CHECK_INTERVAL_MS = 1_000;
/** Maximum number of open streams of an account's users: the default of CONNECTIONS_PER_ACCOUNT of a gateway. */
const MAX_STREAMS = 1_000;

/** A response, or a connection that has switched protocols. */
type Stream = ServerResponse | Duplex;

/** The credential of a stream, and whether its user may still read it. */
interface OpenStream {
  readonly credential: Credential;
  readonly isAllowed: () => boolean;
}

/**
 * Watches, followed logs and connections of exec, attach and port-forward; each is closed within a second after its
 * credential expires or its user may no longer read it.
 */
export class OpenStreams implements Disposable {
  private readonly open = new Map<Stream, OpenStream>();
  /** Number of open streams of an account's users. */
  private readonly counts = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly credentials: Credentials,
    private readonly clock: Clock,
  ) {
    this.timer = setInterval(() => this.check(), CHECK_INTERVAL_MS);
    this.timer.unref();
  }

  /** Throws ApiError 429 if the call requests a stream and the flow has its maximum number. */
  admit(query: URLSearchParams, flow: Flow): void {
    if (!isStream(query)) return;
    this.admitStream(flow);
  }

  /** Throws ApiError 429 if the flow has its maximum number of streams. */
  admitStream(flow: Flow): void {
    if (!isPlatform(flow) && (this.counts.get(flow.account) ?? 0) >= MAX_STREAMS) throw tooManyRequests(1);
  }

  /** Tracks a stream until it ends. `isAllowed` is asked every second; a real API server decides itself. */
  add(stream: Stream, flow: Flow, credential: Credential, isAllowed: () => boolean = () => true): void {
    if (stream.destroyed || stream.writableFinished) return;
    this.open.set(stream, { credential, isAllowed });
    if (!isPlatform(flow)) this.count(flow.account, 1);
    stream.once('close', () => {
      this.open.delete(stream);
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
    for (const [stream, { credential, isAllowed }] of this.open)
      if (this.credentials.hasEnded(credential, now) || !isAllowed()) stream.destroy();
  }
}

/** Whether the request is for a watch or a followed log. */
export function isStream(query: URLSearchParams): boolean {
  return flag(query, 'watch') || flag(query, 'follow');
}
