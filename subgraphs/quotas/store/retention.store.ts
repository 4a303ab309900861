import type { RetentionPolicy } from '../../../engine/jobs/retention.js';

const quotaApplications: RetentionPolicy = {
  name: 'quotaApplications',
  prune: (database, before, limit) => database.$executeRaw`
    DELETE FROM quotas.quota_application WHERE id IN (
      SELECT id FROM quotas.quota_application WHERE decided_at < ${before} ORDER BY decided_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED)`,
};

/**
 * Adds postpaid usage to the sums of their days (UTC), which are kept. Prepaid usage is billed by the number of
 * resources, which those sums do not contain, so its records are kept.
 */
const usageRecords: RetentionPolicy = {
  name: 'usageRecords',
  prune: async (database, before, limit) => {
    const [row] = await database.$queryRaw<{ pruned: number }[]>`
      WITH over AS (
        DELETE FROM quotas.usage_record WHERE id IN (
          SELECT id FROM quotas.usage_record WHERE ended_at < ${before} AND charge_type <> 'PREPAID'
          ORDER BY ended_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
        RETURNING *
      ), daily AS (
        SELECT over.*, day::date AS day,
               (extract(epoch FROM least(ended_at, day + interval '1 day') - greatest(started_at, day)) * 1000)::bigint AS ms
        FROM over, generate_series(date_trunc('day', started_at, 'UTC'), ended_at, interval '1 day') AS day
        WHERE ended_at > day
      ), summed AS (
        INSERT INTO quotas.daily_usage AS known (account, cluster_id, item, charge_type, instance_type, day, resources,
                                                 milliseconds, milli_cpu_milliseconds, mebibyte_milliseconds)
        SELECT account, cluster_id, item, charge_type, coalesce(instance_type, ''), day, count(DISTINCT resource_id),
               sum(ms), sum(ms * milli_cpu), sum(ms * memory_mib)
        FROM daily GROUP BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (account, cluster_id, item, charge_type, instance_type, day) DO UPDATE SET
          resources = known.resources + excluded.resources,
          milliseconds = known.milliseconds + excluded.milliseconds,
          milli_cpu_milliseconds = known.milli_cpu_milliseconds + excluded.milli_cpu_milliseconds,
          mebibyte_milliseconds = known.mebibyte_milliseconds + excluded.mebibyte_milliseconds
      )
      SELECT count(*)::int AS pruned FROM over`;
    return row?.pruned ?? 0;
  },
};

/** Removes quota applications and usage records past their retention. */
export const quotaRetention: readonly RetentionPolicy[] = [quotaApplications, usageRecords];
