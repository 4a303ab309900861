import { trace } from '@opentelemetry/api';
import type pg from 'pg';
import { inSpan, isTraced } from './span.js';

type Query = (...given: unknown[]) => Promise<unknown>;

/** Makes a span of every statement that is run for something that is traced. */
export function traceQueries(pool: pg.Pool): void {
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as Query;
    Object.assign(client, { query: (...given: unknown[]) => traced(query, given) });
  });
  const query = pool.query.bind(pool) as Query;
  // The pool would call its client from wherever a connection was given back, which is somebody else's span.
  const own: Query = async (...given) => {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      return await (client.query as unknown as Query)(...given);
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  };
  const through: Query = (...given) => (isTraced() && isPlain(given) ? own(...given) : query(...given));
  Object.assign(pool, { query: through });
}

function traced(query: Query, given: readonly unknown[]): Promise<unknown> {
  if (!isTraced() || !isPlain(given) || !trace.getActiveSpan()) return query(...given);
  const text = textOf(given[0]);
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text };
  return inSpan(
    nameOf(text),
    () => ({ kind: 'client', attributes }),
    () => query(...given),
  );
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

/** `SELECT`, `INSERT`, …: values are never part of the text, tables too seldom the first thing in it. */
function nameOf(text: string): string {
  return `SQL ${/^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'statement'}`;
}
