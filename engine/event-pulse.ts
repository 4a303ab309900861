import pg from 'pg';
import type { Log } from '../kernel/log.js';
import { EVENT_CHANNEL } from './events.js';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

/** A reader's ear: pulses that come while nobody waits are remembered as one. */
export interface Ear {
  /** Resolves at the next pulse, after `timeoutMs`, or when `signal` aborts; at once when a pulse came before. */
  next(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * The one LISTEN connection of a process. A pulse names an account whose log has grown and carries nothing else, so
 * a lost or doubled one does no harm. When the connection is lost it is made again, and everybody is woken then.
 */
export class EventPulse implements AsyncDisposable {
  private readonly ears = new Map<string, Set<() => void>>();
  private client: pg.Client | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  private constructor(
    private readonly url: string,
    private readonly log: Log,
  ) {}

  /** Starts listening; throws when the database cannot be reached. */
  static async open(url: string, log: Log): Promise<EventPulse> {
    const pulse = new EventPulse(url, log);
    await pulse.listen();
    return pulse;
  }

  /** Listens for one account. */
  ear(account: string): Ear {
    let heard = false;
    let wake: (() => void) | undefined;
    const onPulse = () => {
      heard = true;
      wake?.();
    };
    const ears = this.ears.get(account) ?? new Set();
    this.ears.set(account, ears.add(onPulse));
    return {
      next: async (timeoutMs, signal) => {
        if (!heard && !signal?.aborted)
          await new Promise<void>((resolve) => {
            const finish = () => {
              clearTimeout(timer);
              signal?.removeEventListener('abort', finish);
              wake = undefined;
              resolve();
            };
            const timer = setTimeout(finish, timeoutMs);
            signal?.addEventListener('abort', finish, { once: true });
            wake = finish;
          });
        heard = false;
      },
      close: () => {
        ears.delete(onPulse);
        wake?.();
        if (ears.size === 0 && this.ears.get(account) === ears) this.ears.delete(account);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    this.wakeAll();
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async listen(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'fleetgraph listen',
      keepAlive: true,
    });
    let over = false;
    const onEnd = (error?: Error) => {
      if (over) return;
      over = true;
      if (this.client !== client) return;
      this.client = undefined;
      void client.end().catch(() => undefined);
      this.listenAgain(FIRST_RETRY_MS, error);
    };
    client.on('error', onEnd);
    client.on('end', () => onEnd());
    client.on('notification', ({ payload }) => this.wake(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${EVENT_CHANNEL}`);
    } catch (error) {
      over = true;
      void client.end().catch(() => undefined);
      throw error;
    }
    if (this.closed) return client.end();
    this.client = client;
  }

  private listenAgain(delayMs: number, error: unknown): void {
    if (this.closed) return;
    this.log.warn({ err: error }, 'the connection that listens for events was lost; listening again');
    this.retry = setTimeout(() => {
      this.listen().then(
        // Pulses may have been missed; everybody reads the log again.
        () => this.wakeAll(),
        (failure: unknown) => this.listenAgain(Math.min(delayMs * 2, MAX_RETRY_MS), failure),
      );
    }, delayMs);
  }

  private wake(account: string): void {
    for (const onPulse of this.ears.get(account) ?? []) onPulse();
  }

  private wakeAll(): void {
    for (const account of this.ears.keys()) this.wake(account);
  }
}
