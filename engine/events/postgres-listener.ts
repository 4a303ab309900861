import pg from 'pg';
import type { Log } from '../../kernel/log.js';
import { EVENT_CHANNEL } from './append-events.js';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

/** Callbacks of a LISTEN connection: an account's log has grown, or notifications may have been missed. */
export interface NotificationListener {
  onNotification(account: string): void;
  onResync(): void;
}

/** One LISTEN connection to PostgreSQL. It reconnects when it is lost, and then calls `onResync`. */
export class PostgresListener implements AsyncDisposable {
  private client: pg.Client | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

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
    this.closed = true;
    clearTimeout(this.retry);
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
    client.on('notification', ({ payload }) => this.listener.onNotification(payload ?? ''));
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
    this.log.warn({ err: error }, 'LISTEN connection lost; reconnecting');
    this.retry = setTimeout(() => {
      this.listen().then(
        () => this.listener.onResync(),
        (failure: unknown) => this.listenAgain(Math.min(delayMs * 2, MAX_RETRY_MS), failure),
      );
    }, delayMs);
  }
}
