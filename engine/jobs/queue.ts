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
 * Work to do, by key. A key that waits already is not queued twice; one that is being worked on is worked on again
 * afterwards. All of it happens in the caller's transaction: what is rolled back was never asked for.
 *
 * A key has at most two jobs: `kind:key`, which is due at once, and `kind:key@later`, which is due at its time. They
 * are kept apart so that asking for a later look can never put off a look that somebody needs now.
 *
 * Accounts take turns (see ranks.ts). A job belongs to the account that is given, else to that of the request or of the
 * job which asks for it.
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
  readonly origin?: RequestOrigin | null;
  /** The account whose turns it takes, also when its origin is over. Default that of the request or job that asks. */
  readonly account?: string | null;
}

/** A key with its account, for schedules, which enqueue objects of all accounts. */
export interface AccountKey {
  readonly id: string;
  readonly account: string;
}

/** Enqueues a reconcile of `key` of `kind` that is due at once. */
export async function enqueue(tx: Transaction, kind: string, key: string): Promise<void> {
  await enqueueAll(tx, kind, [key]);
}

/** `enqueue` of many keys at once, in one statement. They get their turns in the order of their names. */
export async function enqueueAll(
  tx: Transaction,
  kind: string,
  keys: readonly (string | AccountKey)[],
): Promise<void> {
  if (keys.length === 0) return;
  const account = currentAccount() ?? '';
  const byId = new Map(keys.map((key) => (typeof key === 'string' ? [key, account] : [key.id, key.account])));
  // Sorted, so that two transactions that ask for the same keys cannot wait for each other.
  const ids = [...byId.keys()].sort();
  const asked = { kind, ids, accounts: ids.map((id) => byId.get(id) ?? '') };
  // A job that a worker takes while this waits for the transaction that added it is neither replaced nor followed by
  // another: add_jobs leaves its key out. Asked again, it sees that the job is being worked on and adds the next.
  while ((await addJobs(tx, asked)) < ids.length);
}

interface RequestedJobs {
  readonly kind: string;
  readonly ids: readonly string[];
  /** The account of each; the empty text where it is unknown. */
  readonly accounts: readonly string[];
}

/**
 * Answers how many of the keys have a job that no worker has started. One that waits already keeps its rank, its time and, if
 * none is given now, its account.
 */
async function addJobs(tx: Transaction, { kind, ids, accounts }: RequestedJobs): Promise<number> {
  const origin = JSON.stringify(currentRequestOrigin() ?? null);
  const [row] = await tx.$queryRaw<{ added: number }[]>`
    WITH asked AS (
      SELECT asked.id, place, waiting.priority AS rank,
             coalesce(nullif(asked.account, ''), waiting.payload->>'account', '') AS account
      FROM unnest(${[...ids]}::text[], ${[...accounts]}::text[]) WITH ORDINALITY AS asked (id, account, place)
      LEFT JOIN ${JOBS} AS waiting
        ON waiting.key = ${kind}::text || ':' || asked.id AND waiting.is_available
    ), first AS MATERIALIZED (
      SELECT account, ${nextRank(Prisma.sql`accounts.account`)} AS rank
      FROM (SELECT DISTINCT account FROM asked) AS accounts
    ), ranked AS (
      SELECT id, place, account, coalesce(asked.rank, least(${UNRANKED - 1}::bigint,
             first.rank - 1 + row_number() OVER (PARTITION BY account, asked.rank IS NULL ORDER BY place))) AS rank
      FROM asked JOIN first USING (account)
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
 * Asks for a look in `afterMs` milliseconds. A later look that was planned already stays when it is earlier. The
 * time is counted by the database's clock, so engines need not agree on theirs. What is due at once is ranked at once.
 */
export async function enqueueLater(tx: Transaction, job: ReconcileJob, afterMs: number): Promise<void> {
  const object = `${job.kind}:${job.key}`;
  const account = job.account ?? currentAccount() ?? null;
  // A further look belongs beside the first one, not under it.
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
