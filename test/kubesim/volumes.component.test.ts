import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('vol', 1);
  for (const reclaimPolicy of ['Retain', 'Delete'])
    await cluster.api('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: reclaimPolicy.toLowerCase() },
      provisioner: 'diskplugin.csi.alibabacloud.com',
      reclaimPolicy,
    });
});
afterAll(() => simulator[Symbol.asyncDispose]());

const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const PODS = '/api/v1/namespaces/default/pods';
const VOLUMES = '/api/v1/persistentvolumes';
const MERGE = { 'content-type': 'application/merge-patch+json' };

const createClaim = (name: string, spec: object) =>
  cluster.api('POST', CLAIMS, {
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } }, ...spec },
  });

const get = async (path: string) => (await cluster.api('GET', path)).body;
const isGone = async (path: string) => (await cluster.api('GET', path)).status === 404;
const phase = async (path: string) => (await get(path)).status?.['phase'];

async function boundVolume(claim: string): Promise<string> {
  await eventually(async () => (await phase(`${CLAIMS}/${claim}`)) === 'Bound');
  return String((await get(`${CLAIMS}/${claim}`)).spec['volumeName']);
}

test('keeps a deleted claim until the pod that uses it is gone', async () => {
  await createClaim('used', { storageClassName: 'delete' });
  const volume = await boundVolume('used');
  await cluster.api('POST', PODS, {
    metadata: { name: 'user' },
    spec: {
      containers: [{ name: 'c', image: 'nginx:1' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'used' } }],
    },
  });
  await eventually(async () => (await phase(`${PODS}/user`)) === 'Running');
  const { body } = await cluster.api('DELETE', `${CLAIMS}/used`);
  expect(body.metadata).toMatchObject({ finalizers: ['kubernetes.io/pvc-protection'] });
  await cluster.api('DELETE', `${VOLUMES}/${volume}`);
  expect((await get(`${CLAIMS}/used`)).metadata).toHaveProperty('deletionTimestamp');
  expect((await get(`${VOLUMES}/${volume}`)).metadata).toHaveProperty('deletionTimestamp');
  await cluster.api('DELETE', `${PODS}/user`);
  await eventually(() => isGone(`${CLAIMS}/used`));
  await eventually(() => isGone(`${VOLUMES}/${volume}`));
});

test('deletes an unused claim at once, with its volume', async () => {
  await createClaim('idle', { storageClassName: 'delete' });
  const volume = await boundVolume('idle');
  await cluster.api('DELETE', `${CLAIMS}/idle`);
  await eventually(() => isGone(`${CLAIMS}/idle`));
  await eventually(() => isGone(`${VOLUMES}/${volume}`));
});

test('keeps the volume of a class with the reclaim policy Retain as Released, until it is made available', async () => {
  await createClaim('kept', { storageClassName: 'retain' });
  const volume = await boundVolume('kept');
  await cluster.api('DELETE', `${CLAIMS}/kept`);
  await eventually(async () => (await phase(`${VOLUMES}/${volume}`)) === 'Released');
  await cluster.api('PATCH', `${VOLUMES}/${volume}`, { spec: { claimRef: null } }, MERGE);
  await eventually(async () => (await phase(`${VOLUMES}/${volume}`)) === 'Available');
  await createClaim('again', { storageClassName: 'retain' });
  expect(await boundVolume('again')).toBe(volume);
});

test('binds a claim to the smallest existing volume of its class that is large enough', async () => {
  for (const [name, storage] of [
    ['small', '1Gi'],
    ['large', '100Gi'],
    ['fitting', '25Gi'],
  ])
    await cluster.api('POST', VOLUMES, {
      metadata: { name },
      spec: {
        storageClassName: 'manual',
        accessModes: ['ReadWriteOnce'],
        capacity: { storage },
        hostPath: { path: '/x' },
      },
    });
  await eventually(async () => (await phase(`${VOLUMES}/fitting`)) === 'Available');
  await createClaim('static', { storageClassName: 'manual' });
  expect(await boundVolume('static')).toBe('fitting');
  expect(await get(`${VOLUMES}/fitting`)).toMatchObject({ spec: { claimRef: { name: 'static' } } });
});
