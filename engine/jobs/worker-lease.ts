import type pg from 'pg';
import { acquireLease, type Lease } from '../../kernel/postgres/lease.js';
import type { Log } from '../../kernel/log.js';
import { deletePermanentlyFailedJobs } from './permanently-failed-jobs.js';
import { NOTIFY_WORKERS, PRIVATE_JOB_QUEUES } from './private-tables.js';

/**
 * Which worker pools are alive. graphile-worker locks the jobs that a pool works on in the pool's name and believes
 * a lock for four hours, so the jobs of an engine that was killed would wait that long. Here each pool holds a lease
 * in its name (a session advisory lock), which PostgreSQL frees the moment the process dies; every engine looks for
 * locks of pools whose lease nobody holds and frees them. The time a job may take does not matter.
 */
const leaseName = (poolId: string) => `engine:${poolId}`;

/** How often each engine looks for the dead. A pool must be found dead twice, so a lease lost for a moment costs nothing. */
const SWEEP_INTERVAL_MS = 1_000;
/** An engine that starts looks again sooner: the dead one may be the one that it replaces. */
const SECOND_SWEEP_MS = 300;
const REACQUIRE_INTERVAL_MS = 200;

/** Pools that hold locks on jobs or queues while nobody holds their lease (see kernel/postgres/lease.ts for the key). */
const ORPHANED_POOLS = `
  WITH held AS (
    SELECT locked_by AS pool FROM graphile_worker.jobs WHERE locked_by IS NOT NULL
    UNION SELECT locked_by FROM ${PRIVATE_JOB_QUEUES} WHERE locked_by IS NOT NULL
  ), keyed AS (SELECT pool, hashtextextended('fleetgraph:engine:' || pool, 0) AS key FROM held)
  SELECT pool FROM keyed WHERE NOT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = ((key >> 32) & 4294967295)::oid AND objid = (key & 4294967295)::oid)`;

const UNLOCK_WORKERS = 'SELECT graphile_worker.force_unlock_workers($1::text[])';

/** Holds a pool's lease until disposed; gets it again when the session that held it is lost. */
export async function holdWorkerLease(pool: pg.Pool, poolId: string, log: Log): Promise<AsyncDisposable> {
  const stop = new AbortController();
  let lease: Lease | undefined;
  const hold = async () => {
    lease = await acquireLease({ pool, name: leaseName(poolId), log, signal: stop.signal });
    lease.lost.addEventListener('abort', () => void reacquire(), { once: true });
  };
  const reacquire = async (): Promise<void> => {
    await lease?.[Symbol.asyncDispose]();
    lease = undefined;
    while (!stop.signal.aborted && !lease) {
      await hold().catch(() => new Promise((resolve) => setTimeout(resolve, REACQUIRE_INTERVAL_MS)));
    }
  };
  await hold();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await lease?.[Symbol.asyncDispose]();
    },
  };
}

/** Frees, again and again until disposed, the jobs of pools that have died. The first look is at once. */
export function releaseOrphanedJobs(pool: pg.Pool, log: Log): AsyncDisposable {
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
  const second = setTimeout(tick, SECOND_SWEEP_MS);
  const timer = setInterval(tick, SWEEP_INTERVAL_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(second);
      clearInterval(timer);
      await sweeping;
    },
  };
}
