import type pg from 'pg';
import type { Log } from '../../kernel/log.js';
import { Prisma } from '../../prisma/generated/client.js';
import { PRIVATE_JOB_QUEUES, PRIVATE_JOBS } from './private-tables.js';

/**
 * The order in which due jobs start: round-robin over accounts.
 *
 * graphile-worker takes due jobs by `priority`, then by `run_at`. The priority is the job's rank: the round in which it
 * starts. Each further job of an account is one round later than the account's last one, and a job of an account that
 * has none waiting joins the next round. No job is added to the round that is being served, so the
 * round ends however many jobs other accounts enqueue: no job starves, and ranks need not age.
 *
 * Ranks are computed from the waiting jobs, not from a counter row of each account. A transaction would lock that row
 * from its first job until its commit, and transactions of the account that lock objects afterwards could deadlock.
 * Without the lock, concurrent transactions may assign the same rank; a round then has one job of the account for each
 * of them.
 */

/** Ranks are an `int2`; the last one is `UNRANKED`. Jobs of an account beyond this start in the order of `run_at`. */
const LAST_RANK = 32_766;

/**
 * The rank of a delayed job until it is due. It starts when no ranked job waits; otherwise `RANK_DUE_JOBS` ranks it
 * after the other jobs of its account. Delayed jobs are last in the index, so that they do not slow down a fetch.
 */
export const UNRANKED = 32_767;

/** The rank of schedules, which are few and short and belong to no account. */
export const SCHEDULE_RANK = -1;

/** Rounds by which a rank may be too late before it is corrected; transactions that commit late cause such ranks. */
const TOLERANCE = 100;

/** The round after which ranks restart at 0, long before the last one. */
const RESTART = 8_192;

/** The table of jobs in Prisma's SQL. */
export const JOBS = Prisma.raw(PRIVATE_JOBS);

/** The account of a job; the empty text for jobs of the platform itself, which take turns like those of an account. */
const ACCOUNT = `coalesce(payload->>'account', '')`;

/** Finds the last job of an account: an index of the engine's own on the private table, see private-tables.ts. */
export const ACCOUNT_INDEX = {
  name: 'fleetgraph_jobs_of_account',
  create: `CREATE INDEX fleetgraph_jobs_of_account ON ${PRIVATE_JOBS} (${ACCOUNT}, priority)
    WHERE is_available = true`,
};

/** SQL: the round after the one that is being served, which is that of the next job; 0 when no ranked job waits. */
const NEXT_ROUND = `coalesce((
  SELECT priority + 1 FROM ${PRIVATE_JOBS} AS job
  WHERE is_available = true AND priority BETWEEN 0 AND ${LAST_RANK} AND run_at <= statement_timestamp()
    AND EXISTS (SELECT FROM ${PRIVATE_JOB_QUEUES} AS queue
                WHERE queue.id = job.job_queue_id AND queue.is_available)
  ORDER BY priority, run_at LIMIT 1), 0)`;

/** SQL: the rank of the next job of an account. */
export function nextRank(account: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`least(${LAST_RANK}::int, greatest(${Prisma.raw(NEXT_ROUND)}, coalesce((
    SELECT max(priority) + 1 FROM ${JOBS}
    WHERE is_available = true AND priority <= ${LAST_RANK}::int AND ${Prisma.raw(ACCOUNT)} = ${account}), 0)))`;
}

/**
 * Ranks jobs that have become due after the other jobs of their account, and lowers ranks that are too late: those of
 * transactions that committed late, and all ranks when rounds restart at 0. It never raises a rank. It skips locked jobs,
 * which the next run ranks, so it cannot be part of a deadlock.
 */
const RANK_DUE_JOBS = `
  WITH due AS (
    SELECT id, priority, run_at, ${ACCOUNT} AS account FROM ${PRIVATE_JOBS}
    WHERE is_available = true AND priority BETWEEN 0 AND ${LAST_RANK} AND run_at <= now()
    UNION ALL
    SELECT id, priority, run_at, ${ACCOUNT} FROM ${PRIVATE_JOBS}
    WHERE is_available = true AND priority = ${UNRANKED} AND run_at <= now()
  ), next AS (SELECT ${NEXT_ROUND} AS round
  ), placed AS (
    SELECT id, least(${LAST_RANK}, CASE WHEN round > ${RESTART} THEN 0 ELSE round END - 1
        + row_number() OVER (PARTITION BY account ORDER BY priority, run_at, id)) AS rank
    FROM due, next
  ), late AS (
    SELECT job.id, placed.rank FROM placed JOIN ${PRIVATE_JOBS} AS job USING (id)
    WHERE job.is_available AND job.priority > placed.rank + ${TOLERANCE}
    FOR UPDATE OF job SKIP LOCKED
  )
  UPDATE ${PRIVATE_JOBS} AS job SET priority = late.rank FROM late WHERE job.id = late.id`;

/** Milliseconds between two runs in each engine. Ranks only matter while more jobs are due than run. */
const INTERVAL_MS = 1_000;

/** Ranks due jobs without a rank; returns the number of changed ranks. */
export async function rankDueJobs(pool: pg.Pool): Promise<number> {
  return (await pool.query(RANK_DUE_JOBS)).rowCount ?? 0;
}

/** Ranks due jobs each second until disposed. */
export function keepDueJobsRanked(pool: pg.Pool, log: Log): AsyncDisposable {
  let ranking: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    ranking ??= rankDueJobs(pool)
      .catch((error: unknown) => log.warn({ err: error }, 'ranking due jobs failed'))
      .finally(() => (ranking = undefined));
  }, INTERVAL_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await ranking;
    },
  };
}
