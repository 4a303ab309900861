import { makeWorkerUtils } from 'graphile-worker';
import type pg from 'pg';

/**
 * Deletes the jobs that never run again. A job whose key was enqueued again while it ran has used up its attempts, so
 * that it is not retried concurrently with its successor; when its worker crashes, the row stays.
 */
export async function deletePermanentlyFailedJobs(pool: pg.Pool): Promise<void> {
  const utils = await makeWorkerUtils({ pgPool: pool });
  try {
    await utils.cleanup({ tasks: ['DELETE_PERMAFAILED_JOBS'] });
  } finally {
    await utils.release();
  }
}
