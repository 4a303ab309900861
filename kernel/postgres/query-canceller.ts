import pg from 'pg';
import type { QueryInterceptor } from './query-interceptor.js';
import { currentRequestScope } from '../request-scope.js';
import { RequestAbortedError } from './query-canceled.js';

/** Milliseconds after which a statement that has not ended is cancelled again: it may only have waited its turn. */
const RETRY_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;

/** What begins and ends a transaction is quick, and has to run, so that a connection is clean for who gets it next. */
const CONTROL = /^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i;

/** Ends what runs in PostgreSQL for requests for which nobody waits any more. */
export class QueryCanceller implements AsyncDisposable {
  /** Connections of its own: those that statements run on may all be waiting for a lock. */
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

  /** Runs a statement no longer than anybody waits for its request. */
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
      // The connection is not given back while something that is on its way could still hit the next statement.
      await cancelled;
    }
  };

  [Symbol.asyncDispose](): Promise<void> {
    return this.pool.end();
  }

  /** Whatever goes wrong here leaves the statement to end by itself, or to be cancelled again. */
  private cancel(backendPid: number): Promise<unknown> {
    return this.pool.query('SELECT pg_cancel_backend($1)', [backendPid]).catch(() => undefined);
  }
}
