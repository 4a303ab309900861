import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenDatabase, openDatabase } from '../../kernel/postgres/database.js';
import { migrate } from '../../kernel/postgres/migrate.js';
import { packageRoot } from '../../kernel/package-root.js';
import { databaseUrl, onServer } from './template-database.js';

const MIGRATIONS = join(packageRoot, 'prisma/migrations');

/** A database of an older release. */
export interface OlderDatabase extends AsyncDisposable {
  readonly database: OpenDatabase;
  /** Inserts rows; `columns` is SQL. */
  insert(table: string, columns: string, rows: readonly (readonly unknown[])[]): Promise<void>;
  /** Applies the remaining migrations and returns their names. */
  migrate(): Promise<readonly string[]>;
}

/** Creates a database with all migrations before this one. */
export async function databaseBefore(migration: string, server: string): Promise<OlderDatabase> {
  const name = `fleetgraph_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  const database = openDatabase({ url: databaseUrl(server, name), poolSize: 2 });
  const folder = await mkdtemp(join(tmpdir(), 'fleetgraph-migrations-'));
  try {
    for (const older of (await readdir(MIGRATIONS)).filter((entry) => entry < migration))
      await cp(join(MIGRATIONS, older), join(folder, older), { recursive: true });
    await migrate(database.pool, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
  return {
    database,
    insert: async (table, columns, rows) => {
      for (const row of rows) {
        const values = row.map((_, index) => `$${index + 1}`).join(', ');
        await database.pool.query(`INSERT INTO ${table} (${columns}) VALUES (${values})`, [...row]);
      }
    },
    migrate: () => migrate(database.pool, MIGRATIONS),
    [Symbol.asyncDispose]: async () => {
      await database[Symbol.asyncDispose]();
      await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
