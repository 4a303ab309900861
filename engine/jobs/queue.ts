import type { Transaction } from '../../kernel/postgres/database.js';
import { Prisma } from '../../prisma/generated/client.js';
import {
  type RequestOrigin,
  currentAccount,
  currentRequestOrigin,
  unexpiredOrigin,
} from './request-origin.js';
import { JOBS, nextRank, UNRANKED } from './ranks.js';

/**
 * The queue of reconciles, by key. A waiting key is not queued twice; a key that is being reconciled is reconciled again
 * afterwards. Jobs are added in the caller's transaction, and not at all if it is rolled back.
 *
 * A key has at most two jobs: `kind:key`, which is due immediately, and `kind:key@later`, which is delayed. They are
 * separate, so that a delayed reconcile never postpones an immediate one.
 *
 * Jobs of accounts start in turn (see ranks.ts). A job belongs to the given account, else to the account of the request or
 * job that enqueues it.
 */

/**
 * Jobs of one key are in one queue of graphile-worker, so no object is reconciled concurrently. The queues are a fixed
 * number of shards by the key's hash, not one per object: graphile-worker locks the row of every free queue whenever
 * it fetches jobs, and deleting unused queues can race with an `add_job` that has just chosen one, whose job would then
 * never run. Objects of the same shard are reconciled one after the other, which is rare and short.
 */
const SHARDS = 256;

/** The graphile-worker task of all reconcilers; the payload names kind and key. */
export const RECONCILE_TASK = 'reconcile';

/** Payload of a reconcile job. */
export interface ReconcileJob {
  readonly kind: string;
  readonly key: string;
  /** Consecutive failures. */
  readonly attempt?: number;
  /** The client's request that caused it. */
  readonly origin?: RequestOrigin | null;
  /** The account by which it is ranked, also when its origin has expired. Default: that of the enqueuing request or job. */
  readonly account?: string | null;
}

/** A key with its account, for schedules, which enqueue keys of all accounts. */
export interface AccountKey {
  readonly id: string;
  readonly account: string;
}

/** Enqueues a reconcile of `key` of `kind` that is due immediately. */
export async function enqueue(tx: Transaction, kind: string, key: string): Promise<void> {
  await enqueueAll(tx, kind, [key]);
}

/** Enqueues many keys in one statement, ranked in the order of their ids. */
export async function enqueueAll(
  tx: Transaction,
  kind: string,
  keys: readonly (string | AccountKey)[],
): Promise<void> {
  if (keys.length === 0) return;
  const account = currentAccount() ?? '';
  const byId = new Map(keys.map((key) => (typeof key === 'string' ? [key, account] : [key.id, key.account])));
  // Sorted, so that two transactions that enqueue the same keys cannot deadlock.
  const ids = [...byId.keys()].sort();
  const jobs = { kind, ids, accounts: ids.map((id) => byId.get(id) ?? '') };
  // add_jobs omits the key of a job that a worker locks while this statement waits for the transaction that added it. The
  // next call sees the locked job and adds another one.
  while ((await addJobs(tx, jobs)) < ids.length);
}

interface RequestedJobs {
  readonly kind: string;
  readonly ids: readonly string[];
  /** The account of each; the empty text where it is unknown. */
  readonly accounts: readonly string[];
}

/**
 * Returns how many of the keys have a job that no worker has started. A waiting job keeps its rank, its time and, if none
 * is given, its account.
 */
async function addJobs(tx: Transaction, { kind, ids, accounts }: RequestedJobs): Promise<number> {
  const origin = JSON.stringify(currentRequestOrigin() ?? null);
  const [row] = await tx.$queryRaw<{ added: number }[]>`
    WITH requested AS (
      SELECT key.id, place, waiting.priority AS rank,
             coalesce(nullif(key.account, ''), waiting.payload->>'account', '') AS account
      FROM unnest(${[...ids]}::text[], ${[...accounts]}::text[]) WITH ORDINALITY AS key (id, account, place)
      LEFT JOIN ${JOBS} AS waiting
        ON waiting.key = ${kind}::text || ':' || key.id AND waiting.is_available
    ), first AS MATERIALIZED (
      SELECT account, ${nextRank(Prisma.sql`accounts.account`)} AS rank
      FROM (SELECT DISTINCT account FROM requested) AS accounts
    ), ranked AS (
      SELECT id, place, account, coalesce(requested.rank, least(${UNRANKED - 1}::bigint,
             first.rank - 1 + row_number() OVER (PARTITION BY account, requested.rank IS NULL ORDER BY place))) AS rank
      FROM requested JOIN first USING (account)
    )
    SELECT count(*)::int AS added FROM graphile_worker.add_jobs(ARRAY(
      SELECT ROW(${RECONCILE_TASK}, json_build_object('kind', ${kind}::text, 'key', id, 'origin', ${origin}::json,
                                                      'account', nullif(account, '')),
                 'shard:' || (hashtextextended(${kind}::text || ':' || id, 0) & ${SHARDS - 1}::bigint),
                 NULL, NULL, ${kind}::text || ':' || id, rank, NULL)::graphile_worker.job_spec
      FROM ranked ORDER BY place), true)`;
  return row?.added ?? 0;
}

/**
 * Enqueues a delayed reconcile. A delayed job that is due earlier keeps its time. The delay is counted by the database's
 * clock, so the clocks of engines need not agree. A job without delay is ranked at once.
 */
export async function enqueueLater(tx: Transaction, job: ReconcileJob, afterMs: number): Promise<void> {
  const object = `${job.kind}:${job.key}`;
  const account = job.account ?? currentAccount() ?? null;
  // The requeued job continues the request's trace as a sibling, not as a child of this job.
  const payload = { ...job, account, origin: unexpiredOrigin(job.origin) ?? currentRequestOrigin() ?? null };
  const rank = afterMs > 0 ? Prisma.sql`${UNRANKED}::int` : nextRank(Prisma.sql`${account ?? ''}`);
  await tx.$executeRaw`
    WITH waiting AS (
      SELECT run_at, priority FROM graphile_worker.jobs
      WHERE key = ${`${object}@later`} AND locked_at IS NULL AND attempts < max_attempts
    )
    SELECT count(*) FROM graphile_worker.add_job(
      ${RECONCILE_TASK}, ${JSON.stringify(payload)}::json, job_key := ${`${object}@later`},
      queue_name := 'shard:' || (hashtextextended(${object}, 0) & ${SHARDS - 1}::bigint),
      priority := least(${rank}, (SELECT priority FROM waiting)),
      run_at := least(now() + ${Math.ceil(afterMs)} * interval '1 millisecond', (SELECT run_at FROM waiting)))`;
}
