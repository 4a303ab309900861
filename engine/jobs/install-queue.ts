import type pg from 'pg';
import { runMigrations } from 'graphile-worker';
import { lockedTransaction } from '../../kernel/postgres/locked-transaction.js';
import { ACCOUNT_INDEX } from './ranks.js';

/** CREATE INDEX IF NOT EXISTS would wait for all transactions that write jobs before it finds the index. */
const MISSING = `SELECT to_regclass('graphile_worker.${ACCOUNT_INDEX.name}') IS NULL AS missing`;

/**
 * Migrates graphile-worker's tables and creates the engine's index on them. Safe to run concurrently; cheap when both
 * are up to date.
 */
export async function installQueue(pool: pg.Pool): Promise<void> {
  await runMigrations({ pgPool: pool });
  await lockedTransaction(pool, 'fleetgraph queue', async (client) => {
    const { rows } = await client.query<{ missing: boolean }>(MISSING);
    if (rows[0]?.missing) await client.query(ACCOUNT_INDEX.create);
  });
}
