import type pg from 'pg';
import type { Log } from '../../kernel/log.js';
import { Prisma } from '../../prisma/generated/client.js';
import { PRIVATE_JOB_QUEUES, PRIVATE_JOBS } from './private-tables.js';

/**
 * The order in which due jobs start: round-robin over accounts.
 *
 * graphile-worker takes due jobs by `priority`, then by `run_at`. The priority is the job's rank: the round in which it
 * starts. Each further job of an account is one round later than the account's last one, and a job of an account that
 * has none waiting joins the next round. The round that is being served takes no more jobs, so it ends, whatever other
 * accounts ask for: no rank waits for ever, and none has to sink as time passes.
 *
 * Ranks are read from the jobs that wait, not counted in a row of each account. Such a row would stay locked from the
 * first job of a transaction until its commit, for all other transactions of the account, and those that lock objects
 * afterwards could wait for each other. Without a lock, transactions that run at the same time may share ranks; a round
 * then has as many jobs of that account as it had transactions at once.
 */

/** Ranks are an `int2`; the last one is `UNRANKED`. Jobs of an account beyond this start in the order of `run_at`. */
const LAST_RANK = 32_766;

/**
 * Of a job that is due later, until it is due. It starts when nothing with a rank waits; else `RANK_DUE_JOBS` puts it
 * behind the other jobs of its account. Being last in the index, jobs of the future cost a fetch nothing.
 */
export const UNRANKED = 32_767;

/** Of schedules: few, short, and of no account. */
export const SCHEDULE_RANK = -1;

/** Rounds by which a rank may be too late, as transactions that commit late make them, before it is corrected. */
const TOLERANCE = 100;

/** The round at which ranks begin again at 0: far from the last one, and reached after many jobs only. */
const RESTART = 8_192;

/** The table of jobs in Prisma's SQL. */
export const JOBS = Prisma.raw(PRIVATE_JOBS);

/** The account of a job; the empty text for what the platform does by itself, which takes turns like an account. */
const ACCOUNT = `coalesce(payload->>'account', '')`;

/** Finds the last job of an account. */
export const ACCOUNT_INDEX = {
  name: 'fleetgraph_jobs_of_account',
  create: `CREATE INDEX fleetgraph_jobs_of_account ON ${PRIVATE_JOBS} (${ACCOUNT}, priority)
    WHERE is_available = true`,
};

/** The round after the one that is being served: that of the job which would be taken now. 0 when none with a rank waits. */
const NEXT_ROUND = `coalesce((
  SELECT priority + 1 FROM ${PRIVATE_JOBS} AS job
  WHERE is_available = true AND priority BETWEEN 0 AND ${LAST_RANK} AND run_at <= statement_timestamp()
    AND EXISTS (SELECT FROM ${PRIVATE_JOB_QUEUES} AS queue
                WHERE queue.id = job.job_queue_id AND queue.is_available)
  ORDER BY priority, run_at LIMIT 1), 0)`;

/** SQL: the rank of the next job of an account, which is given as SQL. */
export function nextRank(account: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`least(${LAST_RANK}::int, greatest(${Prisma.raw(NEXT_ROUND)}, coalesce((
    SELECT max(priority) + 1 FROM ${JOBS}
    WHERE is_available = true AND priority <= ${LAST_RANK}::int AND ${Prisma.raw(ACCOUNT)} = ${account}), 0)))`;
}

/**
 * Ranks jobs that have become due, behind the other jobs of their account, and moves ranks forward that are too late:
 * those that transactions have brought late, and all when rounds begin again at 0. No rank is ever moved back. It waits
 * for no lock, so it cannot be part of a deadlock: what is locked is ranked the next time.
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

/** How often each engine ranks what has become due. Only while more is due than is worked on does a rank matter. */
const INTERVAL_MS = 1_000;

/** Ranks the jobs that are due and have no rank yet; answers how many ranks have changed. */
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
