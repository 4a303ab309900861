import type { Database } from '../../kernel/postgres/database.js';
import type { Schedule } from '../contract.js';

const DAY_MS = 86_400_000;

/** Retention of finished objects in days, by kind. */
export interface Retention {
  /** Operations after their end, and repairs of nodes. */
  readonly operations: number;
  /** Clusters and node pools after their deletion, with their rows in other tables. */
  readonly deletedClusters: number;
  /** Support tickets after they were closed. */
  readonly tickets: number;
  /** Applications for quotas after the decision. */
  readonly quotaApplications: number;
  /** Usage records after their end; daily sums are kept forever. */
  readonly usageRecords: number;
  /** Entries of the audit log; the database keeps them for at least 30 days. */
  readonly auditEvents: number;
}

/** The defaults of the settings RETENTION_…. */
export const defaultRetention: Retention = {
  operations: 30,
  deletedClusters: 90,
  tickets: 365,
  quotaApplications: 365,
  usageRecords: 400,
  auditEvents: 400,
};

/** Deletes rows of one kind past their retention. */
export interface RetentionPolicy {
  readonly name: keyof Retention;
  /**
   * Deletes about `limit` rows that ended before `before`, in one transaction; returns the number of deleted rows. Fewer than `limit`:
   * there are no others.
   */
  prune(database: Database, before: Date, limit: number): Promise<number>;
}

/** Maximum number of rows per transaction, which holds their locks for milliseconds. */
const BATCH = 500;
/** Maximum number of batches of one kind per run, so that the first run on an old database ends; the next run continues. */
const BATCHES = 200;

/** Deletes operations; their targets are kept for longer. */
export const operationRetention: RetentionPolicy = {
  name: 'operations',
  prune: (database, before, limit) => database.$executeRaw`
    DELETE FROM engine.operation WHERE id IN (
      SELECT id FROM engine.operation WHERE finished_at < ${before} ORDER BY finished_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED)`,
};

/** Deletes rows past their retention every hour, in one engine. */
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
