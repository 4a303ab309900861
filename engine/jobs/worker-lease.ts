import { ConstantBackoff, handleAll, retry } from 'cockatiel';
import type pg from 'pg';
import { acquireLease, type Lease } from '../../kernel/postgres/lease.js';
import type { Log } from '../../kernel/log.js';
import { deletePermanentlyFailedJobs } from './permanently-failed-jobs.js';
import { NOTIFY_WORKERS, PRIVATE_JOB_QUEUES } from './private-tables.js';

/**
 * Leases of worker pools. graphile-worker locks jobs in the name of their pool and trusts a lock for four hours, so the jobs
 * of a crashed engine would wait that long. Each pool therefore holds a lease in its name (a session advisory lock), which
 * PostgreSQL releases when the process dies; every engine sweeps for locks of pools without a lease and releases them. The
 * duration of a job does not matter.
 */
const leaseName = (poolId: string) => `engine:${poolId}`;

/** The second sweep of an engine is earlier: it may replace the crashed engine. */
const SECOND_SWEEP_MS = 300;
const REACQUIRE = { maxAttempts: Infinity, backoff: new ConstantBackoff(200) };

/** Pools that have locked jobs or queues and hold no lease (kernel/postgres/lease.ts computes the key). */
const ORPHANED_POOLS = `
  WITH locked AS (
    SELECT locked_by AS pool FROM graphile_worker.jobs WHERE locked_by IS NOT NULL
    UNION SELECT locked_by FROM ${PRIVATE_JOB_QUEUES} WHERE locked_by IS NOT NULL
  ), keyed AS (SELECT pool, hashtextextended('fleetgraph:engine:' || pool, 0) AS key FROM locked)
  SELECT pool FROM keyed WHERE NOT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = ((key >> 32) & 4294967295)::oid AND objid = (key & 4294967295)::oid)`;

const UNLOCK_WORKERS = 'SELECT graphile_worker.force_unlock_workers($1::text[])';

/** Holds a pool's lease until disposed; acquires it again when its database session is lost. */
export async function holdWorkerLease(pool: pg.Pool, poolId: string, log: Log): Promise<AsyncDisposable> {
  const stop = new AbortController();
  let lease: Lease | undefined;
  const hold = async () => {
    stop.signal.throwIfAborted();
    lease = await acquireLease({ pool, name: leaseName(poolId), log, signal: stop.signal });
    lease.lost.addEventListener('abort', () => void reacquire(), { once: true });
  };
  const reacquire = async (): Promise<void> => {
    await lease?.[Symbol.asyncDispose]();
    lease = undefined;
    // Rejects only when it is stopped.
    await retry(handleAll, REACQUIRE)
      .execute(hold, stop.signal)
      .catch(() => undefined);
  };
  await hold();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await lease?.[Symbol.asyncDispose]();
    },
  };
}

/**
 * Releases the jobs of crashed pools periodically until disposed; the first sweep is immediate. A pool is orphaned when two
 * sweeps find it without a lease: leases may be lost briefly.
 */
export function releaseOrphanedJobs(pool: pg.Pool, log: Log, intervalMs: number): AsyncDisposable {
  let suspects: ReadonlySet<string> = new Set();
  let sweeping: Promise<void> | undefined;
  const sweep = async () => {
    const { rows } = await pool.query<{ pool: string }>(ORPHANED_POOLS);
    const orphaned = rows.map((row) => row.pool);
    const confirmed = orphaned.filter((id) => suspects.has(id));
    suspects = new Set(orphaned);
    if (confirmed.length === 0) return;
    await pool.query(UNLOCK_WORKERS, [confirmed]);
    await deletePermanentlyFailedJobs(pool);
    await pool.query(NOTIFY_WORKERS);
    log.warn({ pools: confirmed }, 'released jobs of crashed workers');
  };
  const tick = () => {
    sweeping ??= sweep()
      .catch((error: unknown) => log.warn({ err: error }, 'sweep for jobs of crashed workers failed'))
      .finally(() => (sweeping = undefined));
  };
  tick();
  const second = setTimeout(tick, Math.min(intervalMs, SECOND_SWEEP_MS));
  const timer = setInterval(tick, intervalMs);
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(second);
      clearInterval(timer);
      await sweeping;
    },
  };
}
