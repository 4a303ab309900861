import type { Transaction } from '../kernel/database.js';
import { type Origin, currentOrigin, lasting } from './origin.js';

/**
 * Work to do, by key. A key that waits already is not queued twice; one that is being worked on is worked on again
 * afterwards. All of it happens in the caller's transaction: what is rolled back was never asked for.
 *
 * A key has at most two jobs: `kind:key`, which is due at once, and `kind:key@later`, which is due at its time. They
 * are kept apart so that asking for a later look can never put off a look that somebody needs now.
 */

/**
 * Jobs of one key are in one queue of graphile-worker, so no object is worked on twice at once. The queues are a fixed
 * number of shards by the key's hash, not one per object: graphile-worker locks the row of every free queue whenever
 * it looks for jobs, and removing queues that nobody needs any more can race with an `add_job` that has just chosen
 * one, whose job would then never run. Two objects of a shard wait for each other, which costs a moment, rarely.
 */
const SHARDS = 256;

/** The one task that graphile-worker knows for reconcilers; what runs is named by the payload. */
export const RECONCILE_TASK = 'reconcile';

/** What a reconcile job carries. */
export interface ReconcileJob {
  readonly kind: string;
  readonly key: string;
  /** How often in a row it has thrown. */
  readonly attempt?: number;
  /** The client's request from which it follows. */
  readonly origin?: Origin | null;
}

export interface EnqueueOptions {
  /** Not before this time, by the database's clock. */
  readonly runAt?: Date;
}

/** Asks for `key` of `kind` to be reconciled: at once, or at `runAt` when nothing earlier is planned. */
export async function enqueue(
  tx: Transaction,
  kind: string,
  key: string,
  options: EnqueueOptions = {},
): Promise<void> {
  if (options.runAt)
    return enqueueLater(tx, { kind, key }, Math.max(0, options.runAt.getTime() - Date.now()));
  await enqueueAll(tx, kind, [key]);
}

/** `enqueue` of many keys at once, in one statement. */
export async function enqueueAll(tx: Transaction, kind: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  // Sorted, so that two transactions that ask for the same keys cannot wait for each other.
  const sorted = [...new Set(keys)].sort();
  // A job that a worker takes while this waits for the transaction that added it is neither replaced nor followed by
  // another: add_jobs leaves its key out. Asked again, it sees that the job is being worked on and adds the next.
  while ((await addJobs(tx, kind, sorted)) < sorted.length);
}

/** Answers how many of the keys have a job that nobody has begun. */
async function addJobs(tx: Transaction, kind: string, sorted: readonly string[]): Promise<number> {
  const origin = JSON.stringify(currentOrigin() ?? null);
  const [row] = await tx.$queryRaw<{ added: number }[]>`
    SELECT count(*)::int AS added FROM graphile_worker.add_jobs(ARRAY(
      SELECT ROW(${RECONCILE_TASK}, json_build_object('kind', ${kind}::text, 'key', key, 'origin', ${origin}::json),
                 'shard:' || (hashtextextended(${kind}::text || ':' || key, 0) & ${SHARDS - 1}::bigint),
                 NULL, NULL, ${kind}::text || ':' || key, NULL, NULL)::graphile_worker.job_spec
      FROM unnest(${[...sorted]}::text[]) AS key))`;
  return row?.added ?? 0;
}

/**
 * Asks for a look in `afterMs` milliseconds. A later look that was planned already stays when it is earlier. The
 * time is counted by the database's clock, so engines need not agree on theirs.
 */
export async function enqueueLater(tx: Transaction, job: ReconcileJob, afterMs: number): Promise<void> {
  const object = `${job.kind}:${job.key}`;
  // A further look belongs beside the first one, not under it.
  const payload = { ...job, origin: lasting(job.origin) ?? currentOrigin() ?? null };
  await tx.$executeRaw`
    SELECT count(*) FROM graphile_worker.add_job(
      ${RECONCILE_TASK}, ${JSON.stringify(payload)}::json, job_key := ${`${object}@later`},
      queue_name := 'shard:' || (hashtextextended(${object}, 0) & ${SHARDS - 1}::bigint),
      run_at := least(now() + ${Math.ceil(afterMs)} * interval '1 millisecond',
        (SELECT run_at FROM graphile_worker._private_jobs
         WHERE key = ${`${object}@later`} AND is_available)))`;
}
