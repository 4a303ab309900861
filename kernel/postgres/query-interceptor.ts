import type pg from 'pg';
import { RequestAbortedError } from './query-canceled.js';

/** A statement on its way to PostgreSQL. */
export interface Statement {
  /** With placeholders: values are never part of it. */
  readonly text: string;
  /** The connection that it runs on. */
  readonly client: pg.ClientBase;
}

/** Does something around each statement; `run` runs it. */
export type QueryInterceptor = (statement: Statement, run: () => Promise<unknown>) => Promise<unknown>;

type Query = (...given: unknown[]) => Promise<unknown>;

/** Has every statement of a pool run within `around`, the first outermost, and in the context of who asks for it. */
export function interceptQueries(pool: pg.Pool, around: readonly QueryInterceptor[]): void {
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as Query;
    const within: Query = (...given) => {
      if (!isPlain(given)) return query(...given);
      const statement = { text: textOf(given[0]), client };
      const run = () => query(...given);
      return around.reduceRight<() => Promise<unknown>>((next, one) => () => one(statement, next), run)();
    };
    Object.assign(client, { query: within });
  });
  const query = pool.query.bind(pool) as Query;
  // The pool would call its client from wherever a connection was given back, which is somebody else's context.
  const own: Query = async (...given) => {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      return await (client.query as unknown as Query)(...given);
    } catch (error) {
      if (!(error instanceof RequestAbortedError)) failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  };
  const through: Query = (...given) => (isPlain(given) ? own(...given) : query(...given));
  Object.assign(pool, { query: through });
}

/** Answered by a promise, and neither a cursor nor a stream. */
function isPlain(given: readonly unknown[]): boolean {
  const [first] = given;
  const submits = typeof first === 'object' && first !== null && 'submit' in first;
  return !submits && given.every((one) => typeof one !== 'function');
}

function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  return String((statement as { text?: unknown } | undefined)?.text ?? '');
}
