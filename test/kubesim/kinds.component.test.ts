import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import {
  clusterBody,
  deploymentBody,
  instanceBodies,
  startSimulator,
  type Cluster,
  type Simulator,
} from './simulator.js';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator(500);
});
afterAll(() => simulator[Symbol.asyncDispose]());

interface PodView {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName?: string; readonly nodeSelector?: Readonly<Record<string, string>> };
  readonly status: { readonly phase: string; readonly podIP?: string };
}

/** Creates a cluster of the body with instances and waits until it runs. */
async function createCluster(id: string, body: object, instances: object[] = []): Promise<Cluster> {
  const put = await simulator.cloud('PUT', `/clusters/${id}`, clusterBody(body as Record<string, unknown>));
  expect(put.status).toBe(200);
  if (instances.length > 0) await simulator.cloud('PUT', `/clusters/${id}/instances`, { instances });
  await eventually(async () => (await simulator.cloud('GET', `/clusters/${id}`)).body.state === 'RUNNING');
  await eventually(async () => {
    const { body: listed } = await simulator.cloud('GET', `/clusters/${id}/instances`);
    return listed.instances.every(({ state }) => state === 'RUNNING');
  });
  return simulator.access(id);
}

async function podsOf(cluster: Cluster, app: string): Promise<PodView[]> {
  const { body } = await cluster.api('GET', `/api/v1/namespaces/default/pods?labelSelector=app=${app}`);
  return body.items as unknown as PodView[];
}

const running = (cluster: Cluster, app: string, count: number) =>
  eventually(async () => {
    const pods = (await podsOf(cluster, app)).filter(({ status }) => status.phase === 'Running');
    return pods.length === count && pods;
  });

const deploy = (
  cluster: Cluster,
  name: string,
  replicas: number,
  spec: object = {},
  container: object = {},
) => {
  const body = deploymentBody(name, replicas) as { spec: { template: { spec: { containers: object[] } } } };
  const { spec: pod } = body.spec.template;
  Object.assign(pod, spec);
  Object.assign(pod.containers[0] ?? {}, container);
  return cluster.api('POST', '/apis/apps/v1/namespaces/default/deployments', body);
};

test('runs pods of a serverless cluster without a node, also after a restart', async () => {
  await createCluster('sls', { serverless: true });
  let cluster = await simulator.access('sls');
  await deploy(cluster, 'first', 3);
  const before = await running(cluster, 'first', 3);
  expect(before.every(({ spec }) => spec.nodeName?.startsWith('virtual-kubelet-cn-hangzhou-'))).toBe(true);
  await simulator.restart();
  cluster = await simulator.access('sls');
  const after = await running(cluster, 'first', 3);
  expect(after.map(({ metadata }) => metadata.uid).sort()).toEqual(
    before.map(({ metadata }) => metadata.uid).sort(),
  );
  await deploy(cluster, 'second', 2);
  const all = [...after, ...(await running(cluster, 'second', 2))];
  expect(new Set(all.map(({ status }) => status.podIP)).size).toBe(5);
  expect((await cluster.api('GET', '/api/v1/nodes')).body.items).toEqual([]);
});

test('enforces the pod limit of a cluster, and accepts pods again after deletions', async () => {
  const cluster = await createCluster('full', { serverless: true, maxPods: 4 });
  const pod = (name: string) => ({
    metadata: { name },
    spec: { containers: [{ name: 'main', image: 'nginx:1.27' }] },
  });
  const create = async (name: string) =>
    (await cluster.api('POST', '/api/v1/namespaces/default/pods', pod(name))).status;
  // Two pods belong to the DNS.
  await eventually(async () => (await cluster.api('GET', '/api/v1/pods')).body.items.length === 2);
  expect([await create('a'), await create('b'), await create('c')]).toEqual([201, 201, 403]);
  await cluster.api('DELETE', '/api/v1/namespaces/default/pods/a', { gracePeriodSeconds: 0 });
  await eventually(async () => (await create('c')) === 201);
  await simulator.cloud('PUT', '/clusters/full/pod-limit', { maxPods: null });
  expect(await create('d')).toBe(201);
});

const template = (name: string, more: object = {}) => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name: 'main', image: 'busybox', command: ['sleep', '1000000'] }], ...more },
});
const selected = (name: string) => ({
  replicas: 3,
  selector: { matchLabels: { app: name } },
  template: template(name),
});
const serviceName = 'none';
test.each([
  ['deployments', 'apps', selected('deployments')],
  ['statefulsets', 'apps', { ...selected('statefulsets'), serviceName, podManagementPolicy: 'Parallel' }],
  [
    'jobs',
    'batch',
    {
      parallelism: 3,
      completions: 3,
      template: template('jobs', { restartPolicy: 'Never' }),
    },
  ],
])(
  'pods of %s above the limit of the cluster get a status and an event with the reason, and run when pods are deleted',
  async (plural, group, spec) => {
    const id = `full-${plural}`;
    const cluster = await createCluster(id, { serverless: true, maxPods: 4 });
    // Two pods belong to the DNS.
    await eventually(async () => (await cluster.api('GET', '/api/v1/pods')).body.items.length === 2);
    const path = `/apis/${group}/v1/namespaces/default/${plural}`;
    await cluster.api('POST', path, { metadata: { name: 'wide' }, spec });
    const ready = async () => {
      const { status } = (await cluster.api('GET', `${path}/wide`)).body as {
        status?: { readyReplicas?: number; ready?: number };
      };
      return status?.readyReplicas ?? status?.ready;
    };
    await eventually(async () => (await ready()) === 2);
    const { body } = await cluster.api('GET', '/api/v1/events?fieldSelector=reason=FailedCreate&limit=10');
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({
      type: 'Warning',
      message: expect.stringMatching(/^Error creating: pods "wide-.*exceeded quota.*limited: pods=4$/),
    });
    await simulator.cloud('PUT', `/clusters/${id}/pod-limit`, { maxPods: null });
    await eventually(async () => (await ready()) === 3);
  },
);

test('creates masters with the requested ids and names', async () => {
  const masterNodes = [0, 1, 2].map((index) => ({
    id: `node_${index}`,
    name: `m-${index}`,
    instanceTypes: ['ecs.g7.2xlarge'],
  }));
  const cluster = await createCluster('own', { masters: 3, masterNodes });
  const { body } = await simulator.cloud('GET', '/clusters/own/instances');
  expect(body.instances.map(({ id, instanceType }) => [id, instanceType])).toEqual(
    masterNodes.map(({ id }) => [id, 'ecs.g7.2xlarge']),
  );
  const nodes = (await cluster.api('GET', '/api/v1/nodes')).body.items;
  expect(nodes.map(({ metadata }) => metadata.name).sort()).toEqual(['m-0', 'm-1', 'm-2']);
});

test('keeps an instance disconnected across a restart, and its node becomes Ready when it is reconnected', async () => {
  await createCluster('edge', {}, instanceBodies('edge', 1));
  const connect = (connected: boolean) =>
    simulator.cloud('PUT', '/clusters/edge/instances/edge-i0/connection', { connected });
  const ready = async () => {
    const { body } = await (await simulator.access('edge')).api('GET', '/api/v1/nodes/node-0');
    const { conditions } = body.status as { conditions: { type: string; status: string }[] };
    return conditions.find(({ type }) => type === 'Ready')?.status;
  };
  expect((await connect(false)).body).toMatchObject({ offline: true });
  await eventually(async () => (await ready()) === 'Unknown');
  await simulator.restart();
  expect(await ready()).toBe('Unknown');
  await connect(true);
  expect(await ready()).toBe('True');
});

test('serves runtime classes with an immutable handler, which set the node selector of their pods', async () => {
  const cluster = await createCluster('boxed', {}, instanceBodies('boxed', 1));
  const path = '/apis/node.k8s.io/v1/runtimeclasses';
  const body = {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'kata' },
    handler: 'kata',
    scheduling: { nodeSelector: { 'boxes.example/kata': 'yes' } },
  };
  expect((await cluster.api('POST', path, body)).status).toBe(201);
  const merge = { 'content-type': 'application/merge-patch+json' };
  expect((await cluster.api('PATCH', `${path}/kata`, { handler: 'runc' }, merge)).status).toBe(422);
  await deploy(cluster, 'boxed', 1, { runtimeClassName: 'kata' });
  const [pod] = await eventually(async () => {
    const pods = await podsOf(cluster, 'boxed');
    return pods.length > 0 && pods;
  });
  expect(pod?.spec.nodeSelector).toEqual({ 'boxes.example/kata': 'yes' });
  const labels = { metadata: { labels: { 'boxes.example/kata': 'yes' } } };
  await cluster.api('PATCH', '/api/v1/nodes/node-0', labels, merge);
  await running(cluster, 'boxed', 1);
});

test('releases the GPU memory of a deleted pod, and restores its usage after a restart', async () => {
  const labels = { 'ack.node.gpu.schedule': 'cgpu' };
  const types = { instanceTypes: ['ecs.gn6i-c4g1.xlarge'], labels };
  let cluster = await createCluster('gpu', {}, instanceBodies('gpu', 1, types));
  const share = (name: string, memory: string) =>
    deploy(cluster, name, 1, {}, { resources: { limits: { 'aliyun.com/gpu-mem': memory } } });
  await share('large', '12');
  await running(cluster, 'large', 1);
  await simulator.restart();
  cluster = await simulator.access('gpu');
  await share('second', '6');
  await eventually(async () => {
    const { body } = await cluster.api('GET', '/api/v1/events?fieldSelector=reason=FailedScheduling');
    return body.items.some((event) => JSON.stringify(event).includes('Insufficient aliyun.com/gpu-mem'));
  });
  await cluster.api('DELETE', '/apis/apps/v1/namespaces/default/deployments/large');
  const [pod] = await running(cluster, 'second', 1);
  expect(pod?.metadata.annotations).toMatchObject({
    ALIYUN_COM_GPU_MEM_IDX: '0',
    ALIYUN_COM_GPU_MEM_POD: '6',
    ALIYUN_COM_GPU_MEM_DEV: '16',
  });
});

test('migrates a control plane to another edition while its API is available', async () => {
  const cluster = await createCluster('mover', {});
  const move = (edition: string) => simulator.cloud('PUT', '/clusters/mover/edition', { edition });
  expect((await move('PRO')).body).toMatchObject({ state: 'UPGRADING', targetEdition: 'PRO' });
  expect((await move('PRO')).status).toBe(200);
  expect((await cluster.api('GET', '/version')).status).toBe(200);
  await eventually(async () => (await simulator.cloud('GET', '/clusters/mover')).body.state === 'RUNNING');
  const { body } = await simulator.cloud('GET', '/clusters/mover');
  expect(body).toMatchObject({ edition: 'PRO', version: '1.32.1' });
});
