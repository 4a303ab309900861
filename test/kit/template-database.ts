import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { installQueue } from '../../engine/jobs/install-queue.js';
import { openDatabase } from '../../kernel/postgres/database.js';
import { migrate } from '../../kernel/postgres/migrate.js';
import { packageRoot } from '../../kernel/package-root.js';
import { seed } from '../../catalog/seed.js';

/** The URL of another database on the same server. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Runs one statement on the server's maintenance database. */
export async function onServer(serverUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A database with every migration and the catalog, to clone test databases from. */
export async function createTemplate(
  serverUrl: string,
): Promise<{ name: string; drop: () => Promise<void> }> {
  const name = `fleetgraph_template_${randomBytes(4).toString('hex')}`;
  await onServer(serverUrl, `CREATE DATABASE ${name}`);
  {
    await using database = openDatabase({ url: databaseUrl(serverUrl, name), poolSize: 2 });
    await migrate(database.pool, join(packageRoot, 'prisma/migrations'));
    await installQueue(database.pool);
    await seed(database);
  }
  return { name, drop: () => onServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}
