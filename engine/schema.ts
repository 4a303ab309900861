import type pg from 'pg';
import { runMigrations } from 'graphile-worker';

/** Makes or updates graphile-worker's own tables. Racing processes are safe; cheap when nothing is to be done. */
export async function installQueue(database: string | pg.Pool): Promise<void> {
  await runMigrations(typeof database === 'string' ? { connectionString: database } : { pgPool: database });
}
