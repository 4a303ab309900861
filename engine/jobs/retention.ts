import type { Database } from '../../kernel/postgres/database.js';
import type { Schedule } from '../contract.js';

const DAY_MS = 86_400_000;

/** Retention of finished objects in days, by kind. */
export interface Retention {
  /** Operations after their end, and repairs of nodes. */
  readonly operations: number;
  /** Clusters and node pools after their deletion, with all that was of them. */
  readonly deletedClusters: number;
  /** Support tickets after they were closed. */
  readonly tickets: number;
  /** Applications for quotas after the decision. */
  readonly quotaApplications: number;
  /** Metered uses, one by one, after their end; sums of a day are kept for good. */
  readonly meteredUse: number;
}

/** The defaults of the settings RETENTION_…. */
export const defaultRetention: Retention = {
  operations: 30,
  deletedClusters: 90,
  tickets: 365,
  quotaApplications: 365,
  meteredUse: 400,
};

/** How rows of one kind are removed once they are older than their retention. */
export interface RetentionPolicy {
  readonly name: keyof Retention;
  /** Removes at most `limit` rows that were over before `before`, in one transaction; answers how many. */
  prune(database: Database, before: Date, limit: number): Promise<number>;
}

/** Rows of one transaction: it holds their locks for milliseconds. */
const BATCH = 500;
/** Batches of one kind in one run, so that the first run on an old database ends; the next run goes on. */
const BATCHES = 200;

/** Operations of the platform itself; their targets are kept for longer. */
export const operationRetention: RetentionPolicy = {
  name: 'operations',
  prune: (database, before, limit) => database.$executeRaw`
    DELETE FROM engine.operation WHERE id IN (
      SELECT id FROM engine.operation WHERE finished_at < ${before} ORDER BY finished_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED)`,
};

/** Removes, every hour, what is older than its retention. One engine runs it. */
export function retentionSchedule(policies: readonly RetentionPolicy[], retention: Retention): Schedule {
  return {
    name: 'apply-retention',
    cron: '37 * * * *',
    run: async ({ database, clock, log }) => {
      for (const policy of policies) {
        const before = new Date(clock.now().getTime() - retention[policy.name] * DAY_MS);
        const pruned = await pruneAll(database, policy, before);
        if (pruned > 0) log.info({ kind: policy.name, pruned, before }, 'deleted rows past their retention');
      }
    },
  };
}

async function pruneAll(database: Database, policy: RetentionPolicy, before: Date): Promise<number> {
  let pruned = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    const count = await policy.prune(database, before, BATCH);
    pruned += count;
    if (count < BATCH) break;
  }
  return pruned;
}
