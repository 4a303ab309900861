import type { Database, OpenDatabase } from '../../kernel/postgres/database.js';
import type { Schedule } from '../contract.js';
import { deletePermanentlyFailedJobs } from './permanently-failed-jobs.js';

const DAY_MS = 86_400_000;

export interface HousekeepingOptions {
  readonly database: OpenDatabase;
  /** How long the event log keeps events, in milliseconds. Default 7 days. */
  readonly eventRetentionMs?: number;
  /** Retention of the results stored by clientToken, in milliseconds. Default 1 day. */
  readonly clientTokenRetentionMs?: number;
}

/** The engine's own schedules. Every engine process registers them; one process runs each occurrence. */
export function housekeeping(options: HousekeepingOptions): Schedule[] {
  const { pool } = options.database;
  const { eventRetentionMs = 7 * DAY_MS, clientTokenRetentionMs = DAY_MS } = options;
  return [
    {
      name: 'prune-events',
      cron: '7 * * * *',
      run: async ({ database, clock, log }) => {
        const pruned = await pruneEvents(database, new Date(clock.now().getTime() - eventRetentionMs));
        if (pruned > 0) log.info({ pruned }, 'pruned the event log');
      },
    },
    {
      name: 'prune-client-tokens',
      cron: '17 * * * *',
      run: async ({ database, clock }) => {
        const before = new Date(clock.now().getTime() - clientTokenRetentionMs);
        await database.clientToken.deleteMany({ where: { createdAt: { lt: before } } });
      },
    },
    {
      name: 'delete-permanently-failed-jobs',
      cron: '*/10 * * * *',
      run: () => deletePermanentlyFailedJobs(pool),
    },
  ];
}

/** Accounts whose logs are pruned in one transaction. */
const PRUNE_BATCH = 100;

/**
 * Deletes the events before `before` and raises each log's `prunedSequence`, by which readers detect missing events. Deletes only
 * from the start of a log. Returns the number of deleted events.
 */
export async function pruneEvents(database: Database, before: Date): Promise<number> {
  const accounts = await database.eventCounter.findMany({
    select: { account: true },
    orderBy: { account: 'asc' },
  });
  let pruned = 0;
  for (let start = 0; start < accounts.length; start += PRUNE_BATCH) {
    const batch = accounts.slice(start, start + PRUNE_BATCH).map(({ account }) => account);
    pruned += await pruneAccounts(database, batch, before);
  }
  return pruned;
}

function pruneAccounts(database: Database, accounts: readonly string[], before: Date): Promise<number> {
  // Deletes up to the event before the first one that is kept; all events if none is kept.
  return database.$executeRaw`
    WITH cut AS (
      SELECT counter.account, coalesce((
        SELECT event.sequence - 1 FROM engine.event
        WHERE event.account = counter.account AND event.sequence > counter.pruned_sequence AND event.at >= ${before}
        ORDER BY event.sequence LIMIT 1), counter.last_sequence) AS upto
      FROM engine.event_counter AS counter WHERE counter.account = ANY(${[...accounts]}::text[])
      ORDER BY counter.account FOR UPDATE
    ), raised AS (
      UPDATE engine.event_counter AS counter SET pruned_sequence = cut.upto
      FROM cut WHERE counter.account = cut.account AND cut.upto > counter.pruned_sequence
    )
    DELETE FROM engine.event USING cut WHERE event.account = cut.account AND event.sequence <= cut.upto`;
}
