import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { deploymentBody, startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator(20);
  cluster = await simulator.cluster('roll', 2);
});
afterAll(() => simulator[Symbol.asyncDispose]());

const APPS = '/apis/apps/v1/namespaces/default';
const PODS = '/api/v1/namespaces/default/pods';
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };

interface Counts {
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly updatedReplicas?: number;
  readonly numberReady?: number;
  readonly numberAvailable?: number;
  readonly updatedNumberScheduled?: number;
}

interface PodView {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly hostname?: string;
    readonly volumes?: readonly { readonly name: string; readonly persistentVolumeClaim?: object }[];
    readonly containers: readonly { readonly image: string }[];
  };
}

async function statusOf(path: string): Promise<Counts> {
  return (await cluster.api('GET', `${APPS}/${path}`)).body.status;
}

async function podsOf(app: string): Promise<PodView[]> {
  return (await cluster.api('GET', `${PODS}?labelSelector=app%3D${app}`)).body.items as unknown as PodView[];
}

async function imagesOf(app: string): Promise<string[]> {
  const pods = await podsOf(app);
  return pods.map(({ spec }) => spec.containers[0]?.image ?? '').sort();
}

/** Changes the image of a workload's container. */
function setImage(path: string, image: string): Promise<unknown> {
  const containers = [{ name: 'web', image }];
  return cluster.api('PATCH', `${APPS}/${path}`, { spec: { template: { spec: { containers } } } }, STRATEGIC);
}

/** A manifest like that of a deployment, with other fields of its spec. */
function manifest(name: string, replicas: number, spec: Record<string, unknown>): Record<string, unknown> {
  const { spec: base, metadata } = deploymentBody(name, replicas);
  return { metadata, spec: { ...(base as object), ...spec } };
}

test('replaces the pods of a Deployment with the strategy Recreate as soon as the old ones are gone', async () => {
  await cluster.api('POST', `${APPS}/deployments`, manifest('again', 2, { strategy: { type: 'Recreate' } }));
  await eventually(async () => (await statusOf('deployments/again')).availableReplicas === 2);
  await setImage('deployments/again', 'nginx:2');
  const seen = new Set<string>();
  await eventually(async () => {
    const images = await imagesOf('again');
    seen.add(images.join());
    const { availableReplicas, updatedReplicas } = await statusOf('deployments/again');
    return availableReplicas === 2 && updatedReplicas === 2 && images.join() === 'nginx:2,nginx:2';
  });
  // Pods of both versions never exist together.
  expect([...seen].filter((images) => images.includes('nginx:1.27') && images.includes('nginx:2'))).toEqual(
    [],
  );
});

test('counts a pod as available after it has been ready for minReadySeconds', async () => {
  await cluster.api('POST', `${APPS}/deployments`, manifest('slow', 2, { minReadySeconds: 60 }));
  const first = await eventually(async () => {
    const status = await statusOf('deployments/slow');
    return status.readyReplicas === 2 && status;
  });
  expect(first.availableReplicas ?? 0).toBe(0);
  await eventually(async () => (await statusOf('deployments/slow')).availableReplicas === 2);
});

test('replaces a failed pod of a DaemonSet', async () => {
  const labels = { app: 'daemon' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx:1' }] } };
  const spec = { selector: { matchLabels: labels }, template };
  await cluster.api('POST', `${APPS}/daemonsets`, { metadata: { name: 'daemon' }, spec });
  await eventually(async () => (await statusOf('daemonsets/daemon')).numberAvailable === 2);
  const [pod] = (await cluster.api('GET', `${PODS}?labelSelector=app%3Ddaemon`)).body.items;
  const path = `${PODS}/${pod?.metadata.name}`;
  const merge = { 'content-type': 'application/merge-patch+json' };
  await cluster.api('PATCH', `${path}/status`, { status: { phase: 'Failed' } }, merge);
  await eventually(async () => (await cluster.api('GET', path)).status === 404);
  await eventually(async () => (await statusOf('daemonsets/daemon')).numberAvailable === 2);
});

test('replaces a pod of a StatefulSet that its node rejects', async () => {
  const { items } = (await cluster.api('GET', '/api/v1/nodes')).body;
  const ports = [{ containerPort: 80, hostPort: 21017 }];
  const podSpec = {
    nodeName: items[0]?.metadata.name,
    containers: [{ name: 'main', image: 'nginx:1', ports }],
  };
  await cluster.api('POST', PODS, { metadata: { name: 'holder' }, spec: podSpec });
  await eventually(async () => (await cluster.api('GET', `${PODS}/holder`)).body.status.phase === 'Running');
  const labels = { app: 'rejected' };
  const template = { metadata: { labels }, spec: podSpec };
  const spec = { serviceName: 'rejected', selector: { matchLabels: labels }, template };
  await cluster.api('POST', `${APPS}/statefulsets`, { metadata: { name: 'rejected' }, spec });
  const uidOf = async () => (await cluster.api('GET', `${PODS}/rejected-0`)).body.metadata?.uid;
  const first = await eventually(uidOf);
  await eventually(async () => {
    const uid = await uidOf();
    return uid !== undefined && uid !== first;
  });
  await cluster.api('DELETE', `${PODS}/holder`, { gracePeriodSeconds: 0 });
  await eventually(async () => (await statusOf('statefulsets/rejected')).readyReplicas === 1);
});

test('replaces one pod of a DaemonSet at a time and waits until it has been ready for minReadySeconds', async () => {
  const { replicas: _replicas, ...spec } = manifest('agent', 1, { minReadySeconds: 40 })['spec'] as {
    replicas: number;
  };
  await cluster.api('POST', `${APPS}/daemonsets`, { metadata: { name: 'agent' }, spec });
  await eventually(async () => (await statusOf('daemonsets/agent')).numberAvailable === 2);
  await setImage('daemonsets/agent', 'nginx:2');
  const ready = await eventually(async () => {
    const status = await statusOf('daemonsets/agent');
    return status.updatedNumberScheduled === 1 && status.numberReady === 2 && status;
  });
  expect(ready.numberAvailable).toBe(1);
  await eventually(async () => (await statusOf('daemonsets/agent')).updatedNumberScheduled === 2);
  const { body } = await cluster.api('GET', `${APPS}/controllerrevisions?labelSelector=app%3Dagent`);
  expect(body.items).toHaveLength(2);
});

test('gives each pod of a StatefulSet claims of its own, which stay when it is scaled down and deleted', async () => {
  const volumeClaimTemplates = [
    {
      metadata: { name: 'data' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'alicloud-disk-essd',
        resources: { requests: { storage: '20Gi' } },
      },
    },
  ];
  await cluster.api(
    'POST',
    `${APPS}/statefulsets`,
    manifest('db', 2, { serviceName: 'db', volumeClaimTemplates }),
  );
  await eventually(async () => (await statusOf('statefulsets/db')).availableReplicas === 2);
  const [pod] = await podsOf('db');
  expect(pod?.spec).toMatchObject({
    hostname: 'db-0',
    subdomain: 'db',
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } },
      { name: expect.stringMatching(/^kube-api-access-/) },
    ],
  });
  await cluster.api('PATCH', `${APPS}/statefulsets/db`, { spec: { replicas: 1 } }, STRATEGIC);
  await eventually(async () => (await podsOf('db')).length === 1);
  await cluster.api('DELETE', `${APPS}/statefulsets/db`);
  await eventually(async () => (await podsOf('db')).length === 0);
  const claims = await cluster.api(
    'GET',
    '/api/v1/namespaces/default/persistentvolumeclaims?labelSelector=app%3Ddb',
  );
  expect(claims.body.items.map(({ metadata }) => metadata.name)).toEqual(['data-db-0', 'data-db-1']);
});

test('deletes the claims of a StatefulSet whose retention policy says so', async () => {
  const volumeClaimTemplates = [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } },
    },
  ];
  const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete', whenScaled: 'Delete' };
  await cluster.api('POST', `${APPS}/statefulsets`, {
    ...manifest('tmp', 2, {
      ...{ volumeClaimTemplates, persistentVolumeClaimRetentionPolicy },
      podManagementPolicy: 'Parallel',
    }),
  });
  const claims = async () => {
    const path = '/api/v1/namespaces/default/persistentvolumeclaims?labelSelector=app%3Dtmp';
    return (await cluster.api('GET', path)).body.items.map(({ metadata }) => metadata.name).join();
  };
  await eventually(async () => (await claims()) === 'data-tmp-0,data-tmp-1');
  await cluster.api('PATCH', `${APPS}/statefulsets/tmp`, { spec: { replicas: 1 } }, STRATEGIC);
  await eventually(async () => (await claims()) === 'data-tmp-0');
  await cluster.api('DELETE', `${APPS}/statefulsets/tmp`);
  await eventually(async () => (await claims()) === '');
});

test('updates the pods of a StatefulSet from its partition on, and keeps the others on their revision', async () => {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  await cluster.api('POST', `${APPS}/statefulsets`, manifest('part', 2, { updateStrategy }));
  await eventually(async () => (await statusOf('statefulsets/part')).availableReplicas === 2);
  await setImage('statefulsets/part', 'nginx:2');
  await eventually(async () => (await imagesOf('part')).join() === 'nginx:1.27,nginx:2');
  await eventually(async () => (await statusOf('statefulsets/part')).availableReplicas === 2);
  await cluster.api('DELETE', `${PODS}/part-0`, { gracePeriodSeconds: 0 });
  await eventually(async () => (await podsOf('part')).length === 2);
  const image = async (name: string) =>
    (await podsOf('part')).find(({ metadata }) => metadata.name === name)?.spec.containers[0]?.image;
  expect(await image('part-0')).toBe('nginx:1.27');
  const rollingUpdate = { partition: 0 };
  await cluster.api(
    'PATCH',
    `${APPS}/statefulsets/part`,
    { spec: { updateStrategy: { rollingUpdate } } },
    STRATEGIC,
  );
  await eventually(async () => (await image('part-0')) === 'nginx:2');
});
