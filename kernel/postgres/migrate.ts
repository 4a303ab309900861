import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';

/**
 * Applies prisma/migrations at boot with the bookkeeping of `prisma migrate deploy` (same table, same checksums,
 * same advisory lock): both can be used on the same database, and concurrent processes apply each migration once.
 */

/** The id of the advisory lock of Prisma's schema engine. */
const LOCK_ID = 72707369;

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

/** The database cannot be migrated to this release; the message says why and what to do. */
export class MigrationError extends Error {}

interface AppliedMigration {
  migration_name: string;
  checksum: string;
  done: boolean;
}

/** Applies missing migrations in order and returns their names. Throws `MigrationError`. */
export async function migrate(pool: pg.Pool, folder: string): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_ID]);
    await client.query(BOOKKEEPING);
    return await applyMissing(client, folder);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK_ID]).catch(() => undefined);
    client.release();
  }
}

async function applyMissing(client: pg.PoolClient, folder: string): Promise<string[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  names.sort();
  const migrations = await knownMigrations(client, names);
  const applied: string[] = [];
  for (const name of names) {
    const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    const recorded = migrations.get(name);
    if (recorded !== undefined && recorded !== checksum) {
      throw new MigrationError(`migration ${name} was edited after it was applied`);
    }
    if (recorded === undefined) {
      await apply(client, { name, sql, checksum });
      applied.push(name);
    }
  }
  return applied;
}

async function knownMigrations(
  client: pg.PoolClient,
  names: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await client.query<AppliedMigration>(
    'SELECT migration_name, checksum, finished_at IS NOT NULL AS done FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const failed = rows.find((row) => !row.done);
  if (failed) {
    throw new MigrationError(
      `migration ${failed.migration_name} was not finished by an earlier release; fix it, then run prisma migrate resolve`,
    );
  }
  const unknown = rows.map((row) => row.migration_name).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new MigrationError(`the database is newer than this release; it has ${unknown.join(', ')}`);
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

/** Applies and records a migration in one transaction: if the process dies, nothing is applied. */
async function apply(
  client: pg.PoolClient,
  migration: { name: string; sql: string; checksum: string },
): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new MigrationError(`migration ${migration.name} failed, nothing of it was kept: ${String(error)}`, {
      cause: error,
    });
  }
}
