import { afterEach, beforeEach, expect, test } from 'vitest';
import { setLimit } from '../../engine/ledger/ledger.js';
import { openDatabase } from '../../kernel/postgres/database.js';
import { seed } from '../../catalog/seed.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

let kit: TestDatabase;

beforeEach(async () => {
  kit = await createTestDatabase();
});
afterEach(() => kit[Symbol.asyncDispose]());

const tables = [
  'regions.region',
  'regions.zone',
  'regions.product_availability',
  'regions.time_zone',
  'quotas.quota_definition',
  'clusters.instance_type',
  'clusters.kubernetes_version',
  'engine.ledger_limit',
];

async function contents(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const table of tables) {
    const { rows } = await kit.database.pool.query<{ row: object }>(
      `SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY to_jsonb(t)::text`,
    );
    found[table] = rows.map((entry) => entry.row);
  }
  return found;
}

async function forget(): Promise<void> {
  await kit.database.pool.query(`TRUNCATE ${tables.join(', ')}; COMMENT ON TABLE regions.region IS NULL`);
}

test('four processes that boot at once seed the catalog once and all succeed', async () => {
  const before = await contents();
  await forget();
  const processes = [1, 2, 3, 4].map(() => openDatabase({ url: kit.url, poolSize: 2 }));
  try {
    await Promise.all(processes.map((database) => seed(database)));
  } finally {
    for (const database of processes) await database[Symbol.asyncDispose]();
  }
  expect(await contents()).toEqual(before);
});

test('a boot with an unchanged catalog costs one statement', async () => {
  const statements = await kit.statements(() => seed(kit.database));
  expect(statements).toHaveLength(1);
});

test('a changed catalog brings rows back to what it says and leaves limits of accounts alone', async () => {
  const { prisma, pool } = kit.database;
  await setLimit(prisma, 'acme', { resource: 'payg-vcpu', scope: '*' }, 500);
  const before = await contents();
  await pool.query(`UPDATE regions.region SET name = 'Elsewhere' WHERE id = 'cn-hangzhou'`);
  await pool.query(`DELETE FROM regions.zone WHERE id = 'cn-hangzhou-a'`);
  await pool.query(
    `UPDATE engine.ledger_limit SET "limit" = 1 WHERE account = '*' AND resource = 'payg-vcpu'`,
  );
  await pool.query(`COMMENT ON TABLE regions.region IS 'catalog 1 of another release'`);
  await seed(kit.database);
  expect(await contents()).toEqual(before);
});

test('a seeding that fails leaves nothing half done', async () => {
  await forget();
  const { pool } = kit.database;
  await pool.query('ALTER TABLE clusters.kubernetes_version ADD CONSTRAINT none CHECK (false)');
  await expect(seed(kit.database)).rejects.toThrow();
  for (const rows of Object.values(await contents())) expect(rows).toEqual([]);
  await pool.query('ALTER TABLE clusters.kubernetes_version DROP CONSTRAINT none');
  await seed(kit.database);
  expect((await contents())['regions.region']).toHaveLength(31);
});
