import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../kernel/embedded-postgres/embedded-postgres.js';
import { createLog } from '../../kernel/log.js';

/** A new folder that is removed on disposal. Other users may traverse it, because PostgreSQL may run as another user. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'fleetgraph-bench-'));
  await chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Settings of PostgreSQL that count statements (extension pg_stat_statements). */
export const countingStatements = { shared_preload_libraries: 'pg_stat_statements' };

/**
 * Starts an empty PostgreSQL in the folder; without `durable` it does not wait for the disk. `settings` are those of
 * postgresql.conf.
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
