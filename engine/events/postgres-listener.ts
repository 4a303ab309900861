import { ExponentialBackoff, handleAll, retry } from 'cockatiel';
import pg from 'pg';
import type { Log } from '../../kernel/log.js';
import { EVENT_CHANNEL } from './append-events.js';

const BACKOFF = new ExponentialBackoff({ initialDelay: 100, maxDelay: 5_000 });

/** Callbacks of a LISTEN connection: an account's log has grown, or notifications may have been missed. */
export interface NotificationListener {
  onNotification(account: string): void;
  onResync(): void;
}

/** One LISTEN connection to PostgreSQL. It reconnects when it is lost, and then calls `onResync`. */
export class PostgresListener implements AsyncDisposable {
  private client: pg.Client | undefined;
  private readonly closing = new AbortController();

  private constructor(
    private readonly url: string,
    private readonly log: Log,
    private readonly listener: NotificationListener,
  ) {}

  /** Starts listening; throws when the database cannot be reached. */
  static async open(url: string, log: Log, listener: NotificationListener): Promise<PostgresListener> {
    const opened = new PostgresListener(url, log, listener);
    await opened.listen();
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort();
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async listen(): Promise<void> {
    this.closing.signal.throwIfAborted();
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
      void this.reconnect(error);
    };
    client.on('error', onEnd);
    client.on('end', () => onEnd());
    client.on('notification', ({ payload }) => this.listener.onNotification(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${EVENT_CHANNEL}`);
    } catch (error) {
      over = true;
      void client.end().catch(() => undefined);
      throw error;
    }
    if (this.closing.signal.aborted) return client.end();
    this.client = client;
  }

  private async reconnect(error: unknown): Promise<void> {
    const { signal } = this.closing;
    if (signal.aborted) return;
    const warn = (err: unknown) => {
      if (!signal.aborted) this.log.warn({ err }, 'LISTEN connection lost; reconnecting');
    };
    warn(error);
    const again = retry(handleAll, { maxAttempts: Infinity, backoff: BACKOFF }).dangerouslyUnref();
    again.onFailure(({ reason }) => warn('error' in reason && reason.error));
    try {
      await again.execute(() => this.listen(), signal);
    } catch {
      // The listener was closed during the retries.
      return;
    }
    if (!signal.aborted) this.listener.onResync();
  }
}
