import 'reflect-metadata';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.js';
import { createLog } from '../../kernel/log.js';
import { type AllInOne, startAllInOne } from '../../roles/all-in-one.js';
import { type DatabaseUrls, embeddedDatabase } from '../../roles/database-urls.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { clusterLifecycle } from '../kit/cluster-lifecycle.js';
import { AUTH_SECRET, PLATFORM_SECRET } from '../kit/platform.js';
import { startRole } from '../kit/role-process.js';

let kit: TestDatabase;
let urls: DatabaseUrls;
let platform: AllInOne;

beforeAll(async () => {
  kit = await createTestDatabase();
  urls = embeddedDatabase(kit.url, PLATFORM_SECRET);
  platform = await startAllInOne({
    ...urls,
    host: '127.0.0.1',
    port: 0,
    poolSize: 20,
    secret: PLATFORM_SECRET,
    auth: { kind: 'secret', secret: AUTH_SECRET },
    graphiql: false,
    engineConcurrency: 20,
    kubesimPort: 0,
    simulationSpeed: 1000,
    clock: systemClock,
    log: createLog('silent'),
  });
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  await kit[Symbol.asyncDispose]();
});

/** The SQLSTATE of a statement that fails for the role of the URL; `ok` when it succeeds. */
async function outcome(url: string, sql: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
    return 'ok';
  } catch (error) {
    return String((error as { code?: unknown }).code);
  } finally {
    await client.end();
  }
}

const DENIED = '42501';

test('restricts the database roles of the platform to rows of their own schemas', async () => {
  const { databaseUrl, cloudDatabaseUrl } = urls;
  for (const url of [databaseUrl, cloudDatabaseUrl]) {
    for (const sql of [
      'CREATE TABLE public.mine (id int)',
      'CREATE TABLE engine.mine (id int)',
      'CREATE SCHEMA mine',
      'CREATE ROLE mine',
      'ALTER TABLE engine.event ADD COLUMN mine int',
      'DROP TABLE kubesim.object',
      'TRUNCATE engine.event',
      'SELECT * FROM pg_authid',
      `COPY (SELECT 1) TO PROGRAM 'true'`,
      'SELECT * FROM public._prisma_migrations',
    ])
      expect([sql, await outcome(url, sql)]).toMatchObject([sql, expect.stringMatching(/^42501$/)]);
  }
  expect(await outcome(databaseUrl, 'SELECT * FROM engine.event')).toBe('ok');
  expect(await outcome(databaseUrl, 'SELECT * FROM kubesim.object')).toBe(DENIED);
  expect(await outcome(cloudDatabaseUrl, 'SELECT * FROM kubesim.object')).toBe('ok');
  expect(await outcome(cloudDatabaseUrl, 'SELECT * FROM clusters.cluster')).toBe(DENIED);
});

test('lets no database role of the platform change, remove or forge rows of the audit log', async () => {
  const { databaseUrl, cloudDatabaseUrl } = urls;
  const entry = JSON.stringify({
    ...{ account: 'least-rights', id: 'auditevent_1', at: new Date().toISOString() },
    ...{ principal: 'ann', action: 'createVpc', outcome: 'SUCCEEDED', requestId: 'r1' },
  });
  const append = `SELECT audit.append('${entry}')`;
  expect(await outcome(databaseUrl, append)).toBe('ok');
  expect(await outcome(databaseUrl, `SELECT * FROM audit.event WHERE account = 'least-rights'`)).toBe('ok');
  expect(await outcome(cloudDatabaseUrl, append)).toBe(DENIED);
  for (const url of [databaseUrl, cloudDatabaseUrl]) {
    for (const sql of [
      `UPDATE audit.event SET record = ''`,
      'DELETE FROM audit.event',
      'TRUNCATE audit.event',
      `INSERT INTO audit.event SELECT 'x', sequence, 'y', at, principal, action, outcome, null, null, record, hash FROM audit.event`,
      'UPDATE audit.chain SET last_sequence = 0',
      'DELETE FROM audit.chain',
      'TRUNCATE audit.chain',
      'UPDATE audit.head SET at = now()',
      'DELETE FROM audit.head',
      'TRUNCATE audit.head',
      'ALTER TABLE audit.event ADD COLUMN mine int',
      'DROP TABLE audit.event',
      `CREATE OR REPLACE FUNCTION audit.append(entry TEXT) RETURNS BIGINT LANGUAGE sql AS 'SELECT 1::bigint'`,
      'CREATE TRIGGER mine BEFORE INSERT ON audit.event EXECUTE FUNCTION suppress_redundant_updates_trigger()',
      'CREATE RULE mine AS ON INSERT TO audit.event DO INSTEAD NOTHING',
      'SET session_replication_role = replica',
    ])
      expect([sql, await outcome(url, sql)]).toEqual([sql, DENIED]);
  }
  expect(await outcome(databaseUrl, `SELECT audit.prune(now() + interval '1 year', 500)`)).toBe('ok');
  const kept = await kit.database.pool.query(
    `SELECT count(*)::int AS count FROM audit.event WHERE account = 'least-rights'`,
  );
  expect(kept.rows).toEqual([{ count: 1 }]);
});

test('runs the platform with database roles of minimal rights', { timeout: 240_000 }, async () => {
  await clusterLifecycle({ url: platform.url, account: 'acme' }, 'least-rights');
  expect((await fetch(`${platform.url}/readyz`)).status).toBe(200);
});

test('uses DATABASE_URL in a separate process with the rights granted by the owner of DATABASE_MIGRATION_URL', async () => {
  const role = 'fleetgraph_test_subgraph';
  await kit.database.pool.query(`DROP ROLE IF EXISTS ${role}`).catch(() => undefined);
  await kit.database.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'p'`);
  const url = new URL(kit.url);
  url.username = role;
  url.password = 'p';
  {
    await using subgraph = await startRole(['subgraph', 'regions', '--port', '0'], {
      DATABASE_URL: url.href,
      DATABASE_MIGRATION_URL: kit.url,
      FLEETGRAPH_SECRET: PLATFORM_SECRET,
    });
    expect((await fetch(new URL('/readyz', subgraph.url))).status).toBe(200);
  }
  expect(await outcome(url.href, 'SELECT * FROM regions.region')).toBe('ok');
  expect(await outcome(url.href, 'CREATE TABLE regions.mine (id int)')).toBe(DENIED);
  await kit.database.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
});
