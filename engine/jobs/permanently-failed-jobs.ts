/**
 * Removes the jobs that never run again. A job whose key was asked for again while it ran has used up its attempts, so
 * that it is not tried again beside its successor; when its engine dies, it stays as a row that is nobody's.
 */
export const DELETE_PERMANENTLY_FAILED_JOBS = `
  DELETE FROM graphile_worker._private_jobs WHERE attempts >= max_attempts AND locked_at IS NULL`;
