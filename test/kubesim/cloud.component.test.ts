import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { clusterBody, instanceBodies, startSimulator, type Simulator } from './simulator.js';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator[Symbol.asyncDispose]());

async function instancesOf(id: string) {
  return (await simulator.cloud('GET', `/clusters/${id}/instances`)).body.instances;
}

test('rejects a request without a valid token', async () => {
  expect((await simulator.cloud('GET', '/settings', undefined, 'wrong')).status).toBe(401);
});

test('creates a cluster once per id, from CREATING to RUNNING', async () => {
  const first = await simulator.cloud('PUT', '/clusters/again', clusterBody());
  expect(first.body).toMatchObject({ id: 'again', state: 'CREATING' });
  const second = await simulator.cloud('PUT', '/clusters/again', clusterBody());
  expect(second.status).toBe(200);
  await eventually(async () => (await simulator.cloud('GET', '/clusters/again')).body.state === 'RUNNING');
  const third = await simulator.cloud('PUT', '/clusters/again', clusterBody());
  expect(third.body).toMatchObject({ state: 'RUNNING', server: first.body.server });
});

test('rejects the cluster id of another account', async () => {
  await simulator.cloud('PUT', '/clusters/taken', clusterBody());
  const other = await simulator.cloud('PUT', '/clusters/taken', clusterBody({ account: 'other' }));
  expect(other).toMatchObject({ status: 409, body: { code: 'ID_TAKEN' } });
});

test.each([
  ['an unknown zone', { zoneIds: ['cn-hangzhou-z'] }, 422, 'UNKNOWN_ZONE'],
  ['an unknown version', { version: '1.99.0' }, 422, 'UNKNOWN_VERSION'],
  ['a malformed body', { zoneIds: 'a' }, 400, 'INVALID_INPUT'],
])('rejects a cluster with %s', async (_what, change, status, code) => {
  expect(await simulator.cloud('PUT', '/clusters/rejected', clusterBody(change))).toMatchObject({
    status,
    body: { code },
  });
  expect((await simulator.cloud('GET', '/clusters/rejected')).status).toBe(404);
});

test('spreads instances over the zones, returns them in order and starts each once per id', async () => {
  await simulator.cloud('PUT', '/clusters/spread', clusterBody());
  const body = { instances: instanceBodies('spread', 4) };
  const first = await simulator.cloud('PUT', '/clusters/spread/instances', body);
  expect(first.body.instances.map(({ id }) => id)).toEqual([
    'spread-i0',
    'spread-i1',
    'spread-i2',
    'spread-i3',
  ]);
  expect(first.body.instances.filter(({ zoneId }) => zoneId === 'cn-hangzhou-a')).toHaveLength(2);
  await simulator.cloud('PUT', '/clusters/spread/instances', body);
  expect(await instancesOf('spread')).toHaveLength(4);
});

test('falls back to the next type when stock is exhausted, and reports OUT_OF_STOCK for the missing instances only', async () => {
  await simulator.cloud('PATCH', '/settings', {
    stock: { 'cn-hangzhou-c/ecs.g7.2xlarge': 2, 'cn-hangzhou-c/ecs.c7.2xlarge': 1 },
  });
  await simulator.cloud('PUT', '/clusters/stock', clusterBody());
  const request = { zoneIds: ['cn-hangzhou-c'], instanceTypes: ['ecs.g7.2xlarge', 'ecs.c7.2xlarge'] };
  const { body } = await simulator.cloud('PUT', '/clusters/stock/instances', {
    instances: instanceBodies('stock', 4, request),
  });
  expect(body.instances.map(({ instanceType }) => instanceType)).toEqual([
    'ecs.g7.2xlarge',
    'ecs.g7.2xlarge',
    'ecs.c7.2xlarge',
    null,
  ]);
  expect(body.instances[3]).toMatchObject({ state: 'FAILED', failure: { code: 'OUT_OF_STOCK' } });
  await simulator.cloud('POST', '/clusters/stock/instances/delete', { ids: ['stock-i0'] });
  await eventually(async () => !(await instancesOf('stock')).some(({ id }) => id === 'stock-i0'));
  const freed = await simulator.cloud('PUT', '/clusters/stock/instances', {
    instances: [{ ...instanceBodies('stock', 1, request)[0], id: 'stock-new' }],
  });
  expect(freed.body.instances[0]).toMatchObject({ state: 'STARTING', instanceType: 'ecs.g7.2xlarge' });
});

test.each([
  ['ecs.g7.large', 'INSTANCE_TYPE_TOO_SMALL'],
  ['ecs.nope.large', 'UNKNOWN_INSTANCE_TYPE'],
])('fails an instance of type %s with %s', async (type, code) => {
  await simulator.cloud('PUT', '/clusters/types', clusterBody());
  const [request] = instanceBodies('types', 1, { instanceTypes: [type], id: `types-${type}` });
  const { body } = await simulator.cloud('PUT', '/clusters/types/instances', { instances: [request] });
  expect(body.instances[0]).toMatchObject({ state: 'FAILED', failure: { code } });
});

test('fails starts by the failure rate, deterministically by the seed', async () => {
  const failed = async (id: string): Promise<string[]> => {
    await simulator.cloud('PUT', `/clusters/${id}`, clusterBody());
    await simulator.cloud('PUT', `/clusters/${id}/instances`, {
      instances: instanceBodies('same', 40).map((instance) => ({ ...instance, id: String(instance['id']) })),
    });
    const all = await eventually(async () => {
      const now = await instancesOf(id);
      return now.every(({ state }) => state !== 'STARTING') && now;
    });
    return all.filter(({ state }) => state === 'FAILED').map((instance) => instance.id);
  };
  await simulator.cloud('PATCH', '/settings', { failureRate: 0.5 });
  const first = await failed('fails-1');
  const second = await failed('fails-2');
  await simulator.cloud('PATCH', '/settings', { failureRate: 0 });
  expect(first.length).toBeGreaterThan(5);
  expect(first.length).toBeLessThan(35);
  expect(second).toEqual(first);
});

test('upgrades the control plane and a kubelet to the requested version', async () => {
  const cluster = await simulator.cluster('upgrade', 1);
  const begun = await simulator.cloud('PUT', '/clusters/upgrade/version', { version: '1.34.1' });
  expect(begun.body.state).toBe('UPGRADING');
  await eventually(async () => (await simulator.cloud('GET', '/clusters/upgrade')).body.version === '1.34.1');
  expect((await cluster.api('GET', '/version')).body).toMatchObject({ gitVersion: 'v1.34.1' });
  await simulator.cloud('PUT', '/clusters/upgrade/instances/upgrade-i0/version', { version: '1.34.1' });
  const node = await cluster.api('GET', '/api/v1/nodes/node-0');
  expect(node.body.status).toMatchObject({ nodeInfo: { kubeletVersion: 'v1.34.1' } });
});

test('creates a dedicated cluster with three tainted masters', async () => {
  const cluster = await simulator.cluster('dedicated', 0, { masters: 3 });
  const { body } = await cluster.api(
    'GET',
    '/api/v1/nodes?labelSelector=node-role.kubernetes.io/control-plane',
  );
  expect(body.items).toHaveLength(3);
  expect(body.items[0]).toMatchObject({ spec: { taints: [{ effect: 'NoSchedule' }] } });
});

test('deletes a cluster with its instances, and returns 404 for a repeated deletion', async () => {
  await simulator.cluster('gone', 2);
  expect((await simulator.cloud('DELETE', '/clusters/gone')).status).toBe(202);
  await eventually(async () => (await simulator.cloud('GET', '/clusters/gone')).status === 404);
  expect((await simulator.cloud('DELETE', '/clusters/gone')).status).toBe(404);
  expect((await simulator.cloud('GET', '/clusters/gone/instances')).status).toBe(404);
});

test('restores clusters, nodes, objects and settings after a restart, and resumes transitions', async () => {
  const before = await simulator.cluster('durable', 2);
  await before.api('POST', '/api/v1/namespaces/default/configmaps', {
    metadata: { name: 'kept' },
    data: { key: 'value \u0000 "quoted"' },
  });
  await simulator.cloud('PATCH', '/settings', { seed: 'kept', bootSeconds: { node: 600 } });
  await simulator.cloud('PUT', '/clusters/durable/instances', { instances: instanceBodies('durable', 3) });
  const revision = (await before.api('GET', '/api/v1/nodes')).body.metadata.resourceVersion;
  await simulator.restart();
  expect((await simulator.cloud('GET', '/settings')).body).toMatchObject({
    seed: 'kept',
    bootSeconds: { controlPlane: 90, node: 600 },
  });
  const after = await simulator.access('durable');
  const kept = await after.api('GET', '/api/v1/namespaces/default/configmaps/kept');
  expect(kept.body.data).toEqual({ key: 'value \u0000 "quoted"' });
  expect(
    Number((await after.api('GET', '/api/v1/nodes')).body.metadata.resourceVersion),
  ).toBeGreaterThanOrEqual(Number(revision));
  await eventually(async () => (await after.api('GET', '/api/v1/nodes')).body.items.length === 3, {
    what: 'the third node',
  });
});

test('reopens after a lost database session without losing acknowledged changes', async () => {
  const cluster = await simulator.cluster('cut', 1);
  const path = '/api/v1/namespaces/default/configmaps';
  const created = await cluster.api('POST', path, { metadata: { name: 'answered' } });
  const admin = new pg.Client({ connectionString: simulator.databaseUrl });
  await admin.connect();
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'fleetgraph-kubesim'`;
  expect((await admin.query(cut)).rowCount).toBe(1);
  await admin.end();
  await eventually(async () => (await simulator.cloud('GET', '/clusters/cut')).status === 503, {
    what: 'a notice of the loss',
  });
  await eventually(async () => (await simulator.cloud('GET', '/clusters/cut')).body.state === 'RUNNING', {
    what: 'the reopened world',
  });
  const again = await eventually(() => cluster.api('GET', `${path}/answered`).catch(() => undefined));
  expect(again.body.metadata.uid).toBe(created.body.metadata.uid);
});
