import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../kernel/embedded-postgres/embedded-postgres.js';
import { createLog } from '../../kernel/log.js';

/** A folder of its own that is removed in the end. The database's user, where it is another one, may walk through. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'fleetgraph-bench-'));
  await chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Settings with which PostgreSQL counts the statements it is asked for (extension pg_stat_statements). */
export const countingStatements = { shared_preload_libraries: 'pg_stat_statements' };

/**
 * An empty PostgreSQL in the folder; `durable` false saves the disk where only the data's presence matters. `settings`
 * are the server's own.
 */
export function startDatabase(
  folder: string,
  durable: boolean,
  settings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    directory: join(folder, 'postgres'),
    password: randomBytes(18).toString('base64url'),
    log: createLog('warn'),
    durable,
    settings,
  });
}
