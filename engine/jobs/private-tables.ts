/**
 * The parts of graphile-worker that the engine uses beyond its public interface, which is the view `graphile_worker.jobs`
 * and the SQL functions. A release of graphile-worker may change them: test/engine/private-tables.component.test.ts
 * compares this file with the installed version.
 *
 * The engine reads these tables, creates one index on them and updates one column. The public interface lacks:
 * - the payload of a job, which contains the account: the view does not have this column;
 * - an index on the account and the priority: without it each `enqueue` would read all waiting jobs to find the last one of
 *   the account (`ACCOUNT_INDEX` in ranks.ts, created after graphile-worker's migrations);
 * - a priority per job in one statement: `reschedule_jobs` gives the same priority to all jobs that it is called with, and
 *   waits for rows that other transactions have locked, so it could be part of a deadlock (the `UPDATE` of `priority` in
 *   ranks.ts skips them);
 * - the queues: no view shows which of them are locked, and by which worker pool;
 * - a function that wakes idle workers without adding a job.
 */
export const PRIVATE_JOBS = 'graphile_worker._private_jobs';
export const PRIVATE_JOB_QUEUES = 'graphile_worker._private_job_queues';

/** The columns in use, with their PostgreSQL types. */
export const privateColumns = {
  _private_jobs: {
    id: 'bigint',
    key: 'text',
    payload: 'json',
    priority: 'smallint',
    run_at: 'timestamp with time zone',
    is_available: 'boolean',
    job_queue_id: 'integer',
  },
  _private_job_queues: { id: 'integer', is_available: 'boolean', locked_by: 'text' },
} as const;

/** The channel on which `add_job` notifies idle workers. */
export const INSERT_CHANNEL = 'jobs:insert';

/** Notifies idle workers as `add_job` does, so that they fetch jobs immediately. */
export const NOTIFY_WORKERS = `
  SELECT pg_notify('${INSERT_CHANNEL}', json_build_object('r', random()::text, 'count', 10)::text)`;
