import pg from 'pg';
import type { QueryInterceptor } from './query-interceptor.js';
import { currentRequestScope } from '../request-scope.js';
import { RequestAbortedError } from './query-canceled.js';

/** Milliseconds after which the cancellation is repeated: the statement may not have been running yet. */
const RETRY_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;

/** Never cancelled: statements that begin and end transactions are fast, and the next user needs a clean connection. */
const CONTROL = /^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i;

/** Cancels the statements of aborted requests. */
export class QueryCanceller implements AsyncDisposable {
  /** A separate pool: all connections of the main pool may be waiting for a lock. */
  private readonly pool: pg.Pool;

  constructor(connectionString: string) {
    this.pool = new pg.Pool({
      connectionString,
      max: 2,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'fleetgraph cancel',
      allowExitOnIdle: true,
    });
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Runs a statement and cancels it when its request is aborted. */
  readonly intercept: QueryInterceptor = async ({ text, backendPid }, run) => {
    const signal = currentRequestScope()?.abortScope?.signal;
    if (!signal || CONTROL.test(text)) return run();
    if (signal.aborted) throw new RequestAbortedError();
    let cancelled: Promise<unknown> | undefined;
    let retryTimer: NodeJS.Timeout | undefined;
    const cancel = () => {
      cancelled = this.cancel(backendPid);
      retryTimer = setTimeout(cancel, RETRY_MS);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await run();
    } finally {
      signal.removeEventListener('abort', cancel);
      clearTimeout(retryTimer);
      // A pending cancellation must not hit the next statement of the connection.
      await cancelled;
    }
  };

  [Symbol.asyncDispose](): Promise<void> {
    return this.pool.end();
  }

  /** Ignores errors: the cancellation is repeated while the statement runs. */
  private cancel(backendPid: number): Promise<unknown> {
    return this.pool.query('SELECT pg_cancel_backend($1)', [backendPid]).catch(() => undefined);
  }
}
