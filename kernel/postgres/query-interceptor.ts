import pg from 'pg';
import { runOutsideRequestScope } from '../request-scope.js';
import { RequestAbortedError } from './query-canceled.js';

/** A statement that is about to be sent to PostgreSQL. */
interface Statement {
  /** The SQL with placeholders instead of values. */
  readonly text: string;
  /** Process id of the connection's server process, for `pg_cancel_backend`. */
  readonly backendPid: number;
}

/** Wraps each statement; `run` executes it. */
export type QueryInterceptor = (statement: Statement, run: () => Promise<unknown>) => Promise<unknown>;

type Query = (...args: unknown[]) => Promise<unknown>;
type ConnectCallback = (error: Error | undefined) => void;

/** A pool that runs every statement through the interceptors, the first outermost, in the async context of its caller. */
export class InterceptedPool extends pg.Pool {
  constructor(config: pg.PoolConfig, interceptors: readonly QueryInterceptor[]) {
    super({ ...config, Client: interceptedClient(interceptors) });
  }

  /** `never` is assignable to the return type of every overload in pg's types. */
  override query(...args: unknown[]): never {
    const query = super.query.bind(this) as Query;
    return (returnsPromise(args) ? this.runOnClient(args) : query(...args)) as never;
  }

  /** Without this, pg runs the statement in the async context of the request that released the connection. */
  private async runOnClient(args: readonly unknown[]): Promise<unknown> {
    const client = await this.connect();
    let failure: Error | undefined;
    try {
      return await (client.query as unknown as Query).apply(client, [...args]);
    } catch (error) {
      if (!(error instanceof RequestAbortedError)) failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  }
}

function interceptedClient(interceptors: readonly QueryInterceptor[]): new () => pg.ClientBase {
  return class extends pg.Client {
    private backendPid = 0;

    /** A connection outlives the request that opened it: its events belong to no request. */
    override connect(): Promise<this>;
    override connect(callback: ConnectCallback): void;
    override connect(callback?: ConnectCallback): Promise<this> | void {
      return runOutsideRequestScope(() => {
        const connected = this.open();
        if (!callback) return connected;
        connected.then(() => callback(undefined), callback);
      });
    }

    override query(...args: unknown[]): never {
      const query = super.query.bind(this) as Query;
      if (!returnsPromise(args)) return query(...args) as never;
      const statement = { text: textOf(args[0]), backendPid: this.backendPid };
      const run = () => query(...args);
      const intercepted = interceptors.reduceRight<() => Promise<unknown>>(
        (next, intercept) => () => intercept(statement, next),
        run,
      );
      return intercepted() as never;
    }

    private async open(): Promise<this> {
      // pg also emits a lost connection as an event, which ends the process without a listener.
      this.on('error', () => undefined);
      await super.connect();
      const { rows } = await super.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      this.backendPid = rows[0]?.pid ?? 0;
      return this;
    }
  };
}

/** Whether pg returns a promise: without a callback, and if the statement is neither a cursor nor a stream. */
function returnsPromise(args: readonly unknown[]): boolean {
  const [first] = args;
  const submits = typeof first === 'object' && first !== null && 'submit' in first;
  return !submits && args.every((argument) => typeof argument !== 'function');
}

function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  return String((statement as { text?: unknown } | undefined)?.text ?? '');
}
