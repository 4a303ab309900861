import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { MigrationError, migrate } from '../../../kernel/postgres/migrate.js';
import { databaseUrl, onServer } from '../../kit/template-database.js';

test('rolls back a failed or interrupted migration and applies it at the next start', async () => {
  const server = inject('postgresUrl');
  const name = `migrate_${randomBytes(4).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'fleetgraph-migrate-'));
  await onServer(server, `CREATE DATABASE ${name}`);
  const pool = new pg.Pool({ connectionString: databaseUrl(server, name) });
  // The server ends the session during a statement.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const write = (sql: string) => writeFile(join(folder, '1_init/migration.sql'), sql);
  await mkdir(join(folder, '1_init'));
  await write('CREATE TABLE one (id int); CREATE TABLE two (id nonsense)');
  await expect(migrate(pool, folder)).rejects.toThrow(MigrationError);
  // The process dies: its session ends.
  await write('CREATE TABLE one (id int); SELECT pg_terminate_backend(pg_backend_pid())');
  await expect(migrate(pool, folder)).rejects.toThrow();
  await write('CREATE TABLE one (id int)');
  expect(await migrate(pool, folder)).toEqual(['1_init']);
  expect(await migrate(pool, folder)).toEqual([]);
  await pool.end();
  await onServer(server, `DROP DATABASE ${name}`);
  await rm(folder, { recursive: true });
});
