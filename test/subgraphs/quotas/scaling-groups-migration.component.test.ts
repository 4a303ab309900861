import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readQuotaUsage } from '../../../engine/ledger/ledger.js';
import { newId } from '../../../kernel/ids.js';
import { seed } from '../../../catalog/seed.js';
import { databaseBefore, type OlderDatabase } from '../../kit/older-database.js';

const MIGRATION = '20261201125500_scaling_groups_per_cluster';
const OLD = 'scaling-groups';

const [pro, standard, wide, ask, lost] = Array.from({ length: 5 }, () => newId('cluster'));
let older: OlderDatabase;

/** Inserts clusters, usage, limits and applications of the release before the migration. */
async function insertOldRows(): Promise<void> {
  await older.insert(
    'quotas.quota_definition',
    'resource, description, unit, adjustable, default_limit, scope_kind, position',
    [[OLD, 'Scaling groups of one cluster', 'scaling group', true, 100, 'CLUSTER', 0]],
  );
  await older.insert('engine.ledger_limit', 'account, resource, scope, "limit"', [
    ['*', OLD, '*', 100],
    ['*', 'ACK_PRO/nodePoolsPerCluster', '*', 100],
    ['*', 'ACK_STANDARD/nodePoolsPerCluster', '*', 10],
    // Only node pools are raised: a Standard cluster has more than 10.
    ['pools', 'ACK_STANDARD/nodePoolsPerCluster', '*', 30],
    // Scaling groups are raised for every cluster, and further for one cluster.
    ['groups', OLD, '*', 120],
    ['groups', OLD, wide, 150],
    // The cluster of this limit has been deleted.
    ['groups', OLD, lost, 170],
  ]);
  await older.insert('engine.ledger_usage', 'account, resource, scope, used', [
    ['plain', 'ACK_PRO/nodePoolsPerCluster', pro, 7],
    ['plain', OLD, pro, 7],
    // Created before scaling groups were counted.
    ['pools', 'ACK_STANDARD/nodePoolsPerCluster', standard, 25],
    ['groups', 'ACK_PRO/nodePoolsPerCluster', wide, 100],
    ['groups', OLD, wide, 100],
    ['serverless', 'ASK_PRO/nodePoolsPerCluster', ask, 0],
    ['serverless', OLD, ask, 0],
  ]);
  await older.insert('quotas.quota_application', 'id, account, resource, scope, "limit", state, created_at', [
    ['quotaapplication_1', 'groups', OLD, wide, 150, 'APPROVED', '2026-11-01'],
    ['quotaapplication_2', 'groups', OLD, '*', 200, 'PENDING', '2026-11-02'],
    ['quotaapplication_3', 'groups', 'payg-vcpu', '', 200, 'PENDING', '2026-11-03'],
    ['quotaapplication_4', 'pools', OLD, standard, 130, 'PENDING', '2026-11-04'],
    ['quotaapplication_5', 'nothing', OLD, '*', 140, 'REJECTED', '2026-11-05'],
  ]);
  const cluster =
    'id, account, name, state, type, profile, product, region_id, zone_ids, version, time_zone, created_at';
  const more = ['RUNNING', 'ManagedKubernetes', 'Default'];
  const place = ['cn-hangzhou', [], '1.24.6', 'Asia/Shanghai', '2026-11-01'];
  await older.insert('clusters.cluster', cluster, [
    [wide, 'groups', 'wide', ...more, 'ACK_PRO', ...place],
    [standard, 'pools', 'standard', ...more, 'ACK_STANDARD', ...place],
  ]);
}

async function balance(account: string, product: string, scope = '*') {
  const key = { resource: `${product}/scalingGroupsPerCluster`, scope };
  const [found] = await readQuotaUsage(older.database.prisma, account, [key]);
  return [found?.used, found?.limit];
}

beforeAll(async () => {
  older = await databaseBefore(MIGRATION, inject('postgresUrl'));
  await insertOldRows();
  expect(await older.migrate()).toContain(MIGRATION);
  await seed(older.database);
});
afterAll(() => older[Symbol.asyncDispose]());

test('the migration counts the scaling groups of each cluster under its product', async () => {
  expect(await balance('plain', 'ACK_PRO', pro)).toEqual([7, 100]);
  expect(await balance('pools', 'ACK_STANDARD', standard)).toEqual([25, 100]);
  expect(await balance('groups', 'ACK_PRO', wide)).toEqual([100, 150]);
  expect(await balance('plain', 'ACK_STANDARD')).toEqual([0, 10]);
});

test('the migration keeps the limits that an account was granted, for each product', async () => {
  expect(await balance('groups', 'ACK_PRO')).toEqual([0, 120]);
  expect(await balance('groups', 'ACK_STANDARD')).toEqual([0, 120]);
  expect(await balance('pools', 'ACK_STANDARD')).toEqual([0, 100]);
  expect(await balance('pools', 'ACK_PRO')).toEqual([0, 100]);
  const own = await older.database.prisma.ledgerLimit.findMany({
    where: { account: { not: '*' }, resource: { endsWith: '/scalingGroupsPerCluster' } },
    select: { account: true, resource: true, scope: true },
  });
  expect(own.filter(({ account }) => account === 'pools')).toEqual([
    { account: 'pools', resource: 'ACK_STANDARD/scalingGroupsPerCluster', scope: '*' },
  ]);
  expect(own.some(({ scope }) => scope === lost)).toBe(false);
});

test('the migration keeps applications and deletes the former quota', async () => {
  const applications = await older.database.prisma.quotaApplication.findMany({ orderBy: { id: 'asc' } });
  expect(applications.map(({ resource, limit, state }) => [resource, limit, state])).toEqual([
    ['ACK_PRO/scalingGroupsPerCluster', 150, 'APPROVED'],
    ['ACK_PRO/scalingGroupsPerCluster', 200, 'PENDING'],
    ['payg-vcpu', 200, 'PENDING'],
    ['ACK_STANDARD/scalingGroupsPerCluster', 130, 'PENDING'],
    ['ACK_PRO/scalingGroupsPerCluster', 140, 'REJECTED'],
  ]);
  const where = { resource: OLD };
  expect([
    await older.database.prisma.ledgerUsage.count({ where }),
    await older.database.prisma.ledgerLimit.count({ where }),
    await older.database.prisma.quotaDefinition.count({ where }),
  ]).toEqual([0, 0, 0]);
});
