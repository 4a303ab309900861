import type pg from 'pg';
import { runMigrations } from 'graphile-worker';
import { lockedTransaction } from '../../kernel/postgres/locked-transaction.js';
import { ACCOUNT_INDEX } from './ranks.js';

/** CREATE INDEX IF NOT EXISTS would wait for all who write jobs before it sees that there is nothing to do. */
const MISSING = `SELECT to_regclass('graphile_worker.${ACCOUNT_INDEX.name}') IS NULL AS missing`;

/**
 * Makes or updates graphile-worker's own tables, and our index on them. Racing processes are safe; cheap when nothing is
 * to be done.
 */
export async function installQueue(pool: pg.Pool): Promise<void> {
  await runMigrations({ pgPool: pool });
  await lockedTransaction(pool, 'fleetgraph queue', async (client) => {
    const { rows } = await client.query<{ missing: boolean }>(MISSING);
    if (rows[0]?.missing) await client.query(ACCOUNT_INDEX.create);
  });
}
