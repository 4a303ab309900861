import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { databaseBefore, type OlderDatabase } from '../kit/older-database.js';

const FIRST = '20261201223000_instance_names';
const LAST = '20261202022500_rejected_cloud_resources';

let older: OlderDatabase;
beforeAll(async () => {
  older = await databaseBefore(FIRST, inject('postgresUrl'));
  const at = '2026-11-01T00:00:00.000Z';
  await older.insert('engine.event_counter', 'account, last, pruned', [['acme', 17, 5]]);
  await older.insert('engine.client_token', 'account, mutation, token, input_hash, answer, created_at', [
    ['acme', 'createCluster', 't-1', 'hash', { id: 'cluster_1' }, at],
  ]);
  await older.insert('kubesim.instance', 'cluster, id, body', [
    ['c-1', 'node_1', { nodeId: 'node_1', machineId: 'i-1' }],
    ['c-1', 'node_2', { nodeId: 'node_2' }],
  ]);
  const repair = 'id, account, cluster_id, node_pool_id, node_id, node_name, state, message, started_at';
  const of = ['acme', 'c-1', 'p-1', 'n-1', 'worker-1'];
  await older.insert('clusters.node_repair', repair, [
    ['r-1', ...of, 'RESTART_WANTED', '', at],
    ['r-2', ...of, 'RESET_WANTED', '', at],
    ['r-3', ...of, 'SUCCEEDED', '', at],
  ]);
  const claim =
    'id, account, cluster_id, kind, namespace, name, state, message, balancer, servers, created_at';
  await older.insert('clusters.cloud_claim', claim, [
    ['claim_1', 'acme', 'c-1', 'LOAD_BALANCER', 'default', 'web', 'GRANTED', '', null, 4, at],
  ]);
  const event = 'account, sequence, id, at, category, type, level, reason, message';
  await older.insert('engine.event', event, [
    ['acme', 15, 'e-1', at, 'QUOTA', 'DISK_REFUSED', 'WARNING', 'DiskRefused', 'No quota.'],
    ['acme', 16, 'e-2', at, 'QUOTA', 'LOAD_BALANCER_REFUSED', 'WARNING', 'LoadBalancerRefused', 'No quota.'],
    ['acme', 17, 'e-3', at, 'PROVISIONING', 'NODE_READY', 'INFO', 'NodeReady', 'Ready.'],
  ]);
  expect(await older.migrate()).toEqual(expect.arrayContaining([FIRST, LAST]));
});
afterAll(() => older[Symbol.asyncDispose]());

test('the position and the beginning of an event log stay', async () => {
  expect(await older.database.prisma.eventCounter.findMany()).toEqual([
    { account: 'acme', lastSequence: 17n, prunedSequence: 5n },
  ]);
});

test('events of rejected disks and load balancers stay in the log', async () => {
  const events = await older.database.prisma.event.findMany({ orderBy: { sequence: 'asc' } });
  expect(events.map(({ type, reason }) => [type, reason])).toEqual([
    ['DISK_REJECTED', 'DiskRejected'],
    ['LOAD_BALANCER_REJECTED', 'LoadBalancerRejected'],
    ['NODE_READY', 'NodeReady'],
  ]);
});

test('the response of a client token stays', async () => {
  const [token] = await older.database.prisma.clientToken.findMany();
  expect(token).toMatchObject({ token: 't-1', response: { id: 'cluster_1' } });
});

test('instances keep their id at the provider', async () => {
  const { rows } = await older.database.pool.query('SELECT body FROM kubesim.instance ORDER BY id');
  expect(rows.map(({ body }: { body: unknown }) => body)).toEqual([
    { nodeId: 'node_1', providerId: 'i-1' },
    { nodeId: 'node_2' },
  ]);
});

test('requested repairs are still requested', async () => {
  const repairs = await older.database.prisma.nodeRepair.findMany({ orderBy: { id: 'asc' } });
  expect(repairs.map(({ state }) => state)).toEqual(['RESTART_REQUESTED', 'RESET_REQUESTED', 'SUCCEEDED']);
});

test('claims keep what they use, and are still billed', async () => {
  const [claim] = await older.database.prisma.cloudResourceClaim.findMany();
  expect(claim).toMatchObject({ id: 'claim_1', state: 'GRANTED', loadBalancerId: null, backendServers: 4 });
  const open = () =>
    older.database.prisma.usageRecord.count({ where: { resourceId: 'claim_1', endedAt: null } });
  expect(await open()).toBe(1);
  await older.database.prisma.cloudResourceClaim.deleteMany();
  expect(await open()).toBe(0);
});
