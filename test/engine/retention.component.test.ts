import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultRetention, retentionSchedule, operationRetention } from '../../engine/jobs/retention.js';
import { noFaultInjection, type ReconcileContext } from '../../engine/contract.js';
import { createLog } from '../../kernel/log.js';
import { BillingStore } from '../../subgraphs/quotas/store/billing.store.js';
import { clusterRetention } from '../../subgraphs/clusters/store/retention.store.js';
import { quotaRetention } from '../../subgraphs/quotas/store/retention.store.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

const DAY = 86_400_000;
const NOW = new Date('2027-06-15T12:00:00Z');
const ago = (days: number) => new Date(NOW.getTime() - days * DAY);
const account = 'acme';
let kit: TestDatabase;

beforeAll(async () => {
  kit = await createTestDatabase();
});
afterAll(() => kit[Symbol.asyncDispose]());

async function applyRetention(): Promise<void> {
  const policies = [operationRetention, ...clusterRetention, ...quotaRetention];
  const { run } = retentionSchedule(policies, defaultRetention);
  const log = createLog('silent');
  const scope = { database: kit.database.prisma, clock: { now: () => NOW }, log, faults: noFaultInjection };
  await run(scope as unknown as ReconcileContext);
}

/** A statement that inserts a minimal row: every required column without a default gets a value of its type. */
async function insert(table: string, values: Record<string, unknown>): Promise<void> {
  const [schema, name] = table.split('.');
  const { pool } = kit.database;
  const { rows } = await pool.query<{ column: string; type: string }>(
    `SELECT column_name AS "column", data_type AS type FROM information_schema.columns
     WHERE table_schema = $1 AND table_name = $2 AND is_nullable = 'NO' AND column_default IS NULL`,
    [schema, name],
  );
  const filled: Record<string, unknown> = Object.fromEntries(
    rows.map(({ column, type }) => [
      column,
      { text: 'x', ARRAY: [], jsonb: '{}', boolean: false }[type] ??
        (type.startsWith('timestamp') ? ago(1000) : 1),
    ]),
  );
  const row = { ...filled, ...values };
  const columns = Object.keys(row);
  await pool.query(
    `INSERT INTO ${table} (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(row),
  );
}

async function ids(table: string, column = 'id'): Promise<unknown[]> {
  const { rows } = await kit.database.pool.query<{ id: unknown }>(
    `SELECT ${column} AS id FROM ${table} ORDER BY 1`,
  );
  // Rows of other tests in this file belong to the cluster `x`.
  return rows.map(({ id }) => id).filter((id) => id !== 'x');
}

test.each([
  ['engine.operation', 'finished_at', 30],
  ['clusters.node_repair', 'finished_at', 30],
  ['clusters.support_ticket', 'closed_at', 365],
  ['quotas.quota_application', 'decided_at', 365],
])('%s keeps unfinished rows and rows within their retention', async (table, column, days) => {
  for (let index = 0; index < 3; index += 1)
    await insert(table, { id: `old-${index}`, [column]: ago(days + 1) });
  await insert(table, { id: 'recent', [column]: ago(days - 1) });
  await insert(table, { id: 'running', [column]: null });
  await applyRetention();
  expect(await ids(table)).toEqual(['recent', 'running']);
});

test('deletes more rows than one batch in one run', async () => {
  await kit.database.pool.query(
    `INSERT INTO engine.operation (id, account, type, target_kind, target_id, stages, created_at, finished_at)
     SELECT 'many-' || n, 'acme', 'X', 'cluster', 'x', '[]', $1, $1 FROM generate_series(1, 1203) AS n`,
    [ago(40)],
  );
  await applyRetention();
  expect((await ids('engine.operation')).filter((id) => String(id).startsWith('many'))).toEqual([]);
});

test('deletes the rows of a cluster past its retention and keeps those of other clusters', async () => {
  const tables = [
    'clusters.node_pool',
    'clusters.component',
    'clusters.cluster_check',
    'clusters.support_ticket',
    'clusters.control_plane_incident',
    'clusters.node',
  ];
  for (const [id, deleted] of [
    ['cluster_gone', ago(91)],
    ['cluster_recent', ago(89)],
    ['cluster_living', null],
  ] as const) {
    await insert('clusters.cluster', { id, account, name: id, deleted_at: deleted });
    for (const table of tables)
      await insert(table, {
        id: `${id}-${table}`,
        cluster_id: id,
        ...(table.endsWith('node_pool') ? { name: 'p' } : {}),
      });
    for (const table of [
      'clusters.maintenance_window',
      'clusters.control_plane',
      'clusters.cluster_network',
      'engine.cluster_access',
    ])
      await insert(table, { cluster_id: id });
    await insert('engine.ledger_usage', { account, resource: 'nodesPerCluster', scope: id, used: 0 });
  }
  await insert('clusters.node_pool', { id: 'pool_gone', cluster_id: 'cluster_living', deleted_at: ago(91) });
  await applyRetention();
  expect(await ids('clusters.cluster')).toEqual(['cluster_living', 'cluster_recent']);
  for (const table of tables)
    expect(await ids(table, 'DISTINCT cluster_id'), table).toEqual(['cluster_living', 'cluster_recent']);
  expect(await ids('clusters.control_plane', 'cluster_id')).toEqual(['cluster_living', 'cluster_recent']);
  expect(await ids('engine.ledger_usage', 'scope')).toEqual(['cluster_living', 'cluster_recent']);
  expect(await ids('clusters.node_pool')).not.toContain('pool_gone');
});

test('keeps the totals of bills when usage records are summed by day', async () => {
  const store = new BillingStore(kit.database.prisma);
  const use = (id: string, from: Date, to: Date | null, more: Record<string, unknown> = {}) =>
    insert('quotas.usage_record', {
      id,
      account,
      cluster_id: 'c1',
      item: 'WORKER_INSTANCE',
      resource_id: id,
      charge_type: 'POSTPAID',
      instance_type: 'ecs.g7.xlarge',
      milli_cpu: 1500,
      memory_mib: 2048,
      started_at: from,
      ended_at: to,
      ...more,
    });
  await use('n1', ago(430.3), ago(425.1));
  await use('n2', ago(428.7), ago(425.6));
  await use('n3', ago(428.7), ago(10));
  await use('n4', ago(420), null);
  await use('n5', ago(430), ago(420), { charge_type: 'PREPAID' });
  await use('pod', ago(426.51), ago(426.5), { item: 'CONTAINER_INSTANCE', instance_type: null });
  const midnight = (days: number) => new Date(Math.floor(ago(days).getTime() / DAY) * DAY);
  const spans = [
    { from: midnight(500), to: NOW },
    { from: midnight(427), to: midnight(426) },
  ];
  const bills = () => Promise.all(spans.map((span) => store.sums(account, span, null)));
  const before = await bills();
  await applyRetention();
  expect(await ids('quotas.usage_record')).toEqual(['n3', 'n4', 'n5']);
  const amounts = (bill: readonly { resources: number }[]) =>
    bill.map(({ resources: _, ...amount }) => amount);
  expect((await bills()).map(amounts)).toEqual(before.map(amounts));
  expect(before[0]?.length).toBe(3);
  await applyRetention();
  expect((await bills()).map(amounts)).toEqual(before.map(amounts));
});
