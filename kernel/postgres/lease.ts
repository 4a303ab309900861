import type pg from 'pg';
import type { Log } from '../log.js';

/** A lock that at most one process of a database holds. It ends with the database session that holds it. */
export interface Lease extends AsyncDisposable {
  /**
   * The session that holds the lease. Writes through it are fenced: when the session ends, the lease ends, and later
   * writes fail.
   */
  readonly client: pg.PoolClient;
  /** Aborted when the session ends without `dispose`; another process may hold the lease then. */
  readonly lost: AbortSignal;
}

export interface LeaseOptions {
  readonly pool: pg.Pool;
  /** Name of the lease, e.g. `kubesim`. */
  readonly name: string;
  readonly log: Log;
  /** Ends the wait for the lease. */
  readonly signal?: AbortSignal;
}

const TRY_LOCK = `SELECT pg_try_advisory_lock(hashtextextended('fleetgraph:' || $1, 0)) AS acquired`;
const LOCK = `SELECT pg_advisory_lock(hashtextextended('fleetgraph:' || $1, 0))`;
const UNLOCK = `SELECT pg_advisory_unlock(hashtextextended('fleetgraph:' || $1, 0))`;

/**
 * Acquires the lease `name`, and waits while another process holds it. It is a session advisory lock of PostgreSQL, which
 * is released when its process dies. Throws if the database cannot be reached or `signal` aborts.
 */
export async function acquireLease(options: LeaseOptions): Promise<Lease> {
  const client = await options.pool.connect();
  const lost = new AbortController();
  const onEnd = () => lost.abort(new Error(`the database session that held the lease ${options.name} ended`));
  client.on('error', onEnd);
  client.on('end', onEnd);
  try {
    await lock(client, options);
  } catch (error) {
    client.release(true);
    throw error;
  }
  return {
    client,
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      client.off('end', onEnd);
      if (lost.signal.aborted) return client.release(true);
      const broken = await client.query(UNLOCK, [options.name]).then(
        () => false,
        () => true,
      );
      client.off('error', onEnd);
      client.release(broken);
    },
  };
}

async function lock(client: pg.PoolClient, { name, log, signal }: LeaseOptions): Promise<void> {
  const { rows } = await client.query<{ acquired: boolean }>(TRY_LOCK, [name]);
  if (rows[0]?.acquired) return;
  log.warn({ lease: name }, 'another process holds the lease; waiting for it to end');
  const waiting = client.query(LOCK, [name]);
  if (!signal) return void (await waiting);
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  waiting.catch(() => undefined);
  await Promise.race([waiting, aborted]);
  log.info({ lease: name }, 'acquired the lease');
}
