import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageQuota, StorageUsage, TotalStorage } from '../../kubesim/kubernetes/store/storage-usage.js';
import { eventually } from '../kit/eventually.js';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const FULL = 'etcdserver: mvcc: database space exceeded';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator(200, undefined, { storageMib: 2 });
  cluster = await simulator.cluster('full', 1);
});
afterAll(() => simulator[Symbol.asyncDispose]());

const large = (name: string, more: object = {}) => ({
  metadata: { name, ...more },
  data: { text: 'x'.repeat(400_000) },
});
const put = (name: string, body: object) => cluster.api('PUT', `${CONFIG_MAPS}/${name}`, body);

test('refuses creations and updates in a cluster that is full, and accepts deletions', async () => {
  await cluster.api('POST', CONFIG_MAPS, large('kept', { finalizers: ['example.com/keep'] }));
  const statuses: number[] = [];
  for (let count = 0; count < 10; count += 1)
    statuses.push((await cluster.api('POST', CONFIG_MAPS, large(`map-${count}`))).status);
  expect(statuses[0]).toBe(201);
  expect(statuses.at(-1)).toBe(500);
  const refused = await cluster.api('POST', CONFIG_MAPS, { metadata: { name: 'small' } });
  expect(refused.body).toMatchObject({ kind: 'Status', code: 500, message: FULL });
  expect(refused.body.reason).toBeUndefined();
  expect((await put('map-0', { metadata: { name: 'map-0' }, data: {} })).body.message).toBe(FULL);

  await cluster.api('DELETE', `${CONFIG_MAPS}/kept`);
  expect((await put('kept', { metadata: { name: 'kept' } })).status).toBe(200);
  expect((await cluster.api('GET', `${CONFIG_MAPS}/kept`)).status).toBe(404);
  await cluster.api('DELETE', CONFIG_MAPS);
  expect((await cluster.api('POST', CONFIG_MAPS, { metadata: { name: 'small' } })).status).toBe(201);
});

test('counts the objects of a cluster again after a restart', async () => {
  for (let count = 0; count < 10; count += 1) await cluster.api('POST', CONFIG_MAPS, large(`again-${count}`));
  await simulator.restart();
  cluster = await simulator.access('full');
  expect((await cluster.api('POST', CONFIG_MAPS, { metadata: { name: 'late' } })).body.message).toBe(FULL);
  await cluster.api('DELETE', CONFIG_MAPS);
});

test('does not create pods of a controller in a cluster that is full', async () => {
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const annotations = { text: 'x'.repeat(200_000) };
  const containers = [{ name: 'main', image: 'nginx:1' }];
  const labels = { app: 'web' };
  const template = { metadata: { labels, annotations }, spec: { containers } };
  const spec = { replicas: 50, selector: { matchLabels: labels }, template };
  expect((await cluster.api('POST', path, { metadata: { name: 'web' }, spec })).status).toBe(201);
  const events = '/api/v1/namespaces/default/events?fieldSelector=reason%3DFailedCreate';
  await eventually(async () => {
    const items = (await cluster.api('GET', events)).body.items as unknown as { message: string }[];
    return items.some(({ message }) => message.includes(FULL));
  });
  await cluster.api('DELETE', `${path}/web`);
  await eventually(
    async () => (await cluster.api('POST', CONFIG_MAPS, { metadata: { name: 'b' } })).status === 201,
  );
});

test('refuses only large clusters while all together exceed their part of the heap', () => {
  const total = new TotalStorage({ ofCluster: 100_000, ofAll: 50_000, reserved: 10_000 });
  const [large, small] = [new StorageUsage(total), new StorageUsage(total)];
  large.set('a', 49_000);
  expect(large.isFull).toBe(false);
  small.set('a', 1);
  expect([large.isFull, small.isFull]).toEqual([true, false]);
  large.clear();
  expect([total.size, large.isFull]).toEqual([1_024, false]);
  expect(storageQuota(1).ofCluster).toBe(1024 * 1024);
});
