import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { isReady, type KindsFixture, startKinds, small } from './kinds-fixture.js';

let kinds: KindsFixture;
beforeAll(async () => {
  kinds = await startKinds();
});
afterAll(() => kinds[Symbol.asyncDispose]());

test('pods of a sandbox cluster select the runtime class and run on its bare-metal nodes', async () => {
  const id = await kinds.create({
    name: 'boxes',
    capability: 'SANDBOX',
    nodePools: [
      {
        name: 'runv',
        instanceTypes: ['ecs.ebmg5s.24xlarge'],
        runtime: 'SANDBOXED_CONTAINER_RUNV',
        desiredSize: 1,
      },
      small('plain', { desiredSize: 2 }),
    ],
  });
  const api = await kinds.inside(id);
  await api.deploy({ name: 'untrusted', replicas: 3, spec: { runtimeClassName: 'runv' } });
  const pods = await api.running('untrusted', 3);
  const metal = (await api.nodes()).find(
    ({ metadata }) => metadata?.labels?.['node.kubernetes.io/instance-type'] === 'ecs.ebmg5s.24xlarge',
  );
  expect(new Set(pods.map(({ spec }) => spec?.nodeName))).toEqual(new Set([metal?.metadata?.name]));
  const body = {
    metadata: { name: 'wrong' },
    spec: { runtimeClassName: 'gvisor', containers: [{ name: 'main', image: 'nginx:1.27' }] },
  };
  await expect(api.core.createNamespacedPod({ namespace: 'default', body })).rejects.toMatchObject({
    code: 403,
  });
  await kinds.delete(id);
});

test('nodes of a confidential cluster report their encrypted memory, by which pods are scheduled', async () => {
  const id = await kinds.create({
    name: 'secret',
    capability: 'CONFIDENTIAL',
    nodePools: [{ name: 'sgx', instanceTypes: ['ecs.g7t.xlarge'], desiredSize: 1 }],
  });
  const api = await kinds.inside(id);
  const [node] = await api.nodes();
  expect(node?.status?.allocatable?.['alibabacloud.com/sgx_epc_MiB']).toBe('8192');
  expect(node?.status?.nodeInfo?.containerRuntimeVersion).toMatch(/^containerd/);
  await api.deploy({ name: 'vault', replicas: 3, limits: { 'alibabacloud.com/sgx_epc_MiB': '4096' } });
  const unplaced = await eventually(async () => {
    const pods = await api.pods('vault');
    const waiting = pods.filter(({ status }) =>
      status?.conditions?.some(
        ({ reason, message }) => reason === 'Unschedulable' && message?.includes('sgx_epc_MiB'),
      ),
    );
    return pods.filter(isReady).length === 2 && waiting.length > 0 && waiting;
  });
  expect(unplaced).toHaveLength(1);
  await kinds.delete(id);
});

test('nodes with NPUs report them as a resource, by which pods are scheduled', async () => {
  const id = await kinds.create({
    name: 'neural',
    capability: 'GPU',
    nodePools: [
      { name: 'npu', instanceTypes: ['ecs.ebman1.26xlarge'], desiredSize: 1 },
      small('plain', { desiredSize: 1 }),
    ],
  });
  const api = await kinds.inside(id);
  const offers = (await api.nodes()).map(({ status }) => status?.allocatable?.['aliyun.com/npu'] ?? null);
  expect(offers.sort()).toEqual(['4', null]);
  await api.deploy({ name: 'train', replicas: 3, limits: { 'aliyun.com/npu': '2' } });
  const placed = await api.running('train', 2);
  expect(new Set(placed.map(({ spec }) => spec?.nodeName)).size).toBe(1);
  await eventually(async () =>
    (await api.pods('train')).some(({ status }) =>
      status?.conditions?.some(({ message }) => message?.includes('Insufficient aliyun.com/npu')),
    ),
  );
  await kinds.delete(id);
});

test('pods share a GPU by memory: the scheduler respects the free memory of a card, and a pod above its request is terminated', async () => {
  const id = await kinds.create({
    name: 'cards',
    capability: 'GPU',
    nodePools: [
      { name: 'shared', instanceTypes: ['ecs.gn6i-c24g1.12xlarge'], desiredSize: 1, gpuSharing: true },
      { name: 'whole', instanceTypes: ['ecs.gn6v-c8g1.2xlarge'], desiredSize: 1 },
      small('plain', { desiredSize: 1 }),
    ],
  });
  const api = await kinds.inside(id);
  const { cluster } = await kinds.graph<{ cluster: { nodes: { nodes: { instanceType: object }[] } } }>(
    'query ($id: ID!) { cluster(id: $id) { nodes { nodes { instanceType { gpus gpuMemoryGiB npus } } } } }',
    { id },
  );
  expect(cluster.nodes.nodes.map(({ instanceType }) => instanceType)).toEqual(
    expect.arrayContaining([
      { gpus: 2, gpuMemoryGiB: 16, npus: 0 },
      { gpus: 1, gpuMemoryGiB: 16, npus: 0 },
      { gpus: 0, gpuMemoryGiB: 0, npus: 0 },
    ]),
  );
  const offers = (await api.nodes()).map(({ status }) => {
    const {
      'aliyun.com/gpu-mem': memory,
      'aliyun.com/gpu-count': count,
      'nvidia.com/gpu': gpus,
    } = status?.allocatable ?? {};
    return [memory, count, gpus];
  });
  expect(offers).toEqual(
    expect.arrayContaining([
      ['32', '2', undefined],
      [undefined, undefined, '1'],
      [undefined, undefined, undefined],
    ]),
  );
  // Two GPUs of 16 GiB hold four pods of 6 GiB, two on each; 4 GiB are free on each.
  await api.deploy({ name: 'infer', replicas: 4, limits: { 'aliyun.com/gpu-mem': '6' } });
  const cards = (await api.running('infer', 4)).map(
    ({ metadata }) => metadata?.annotations?.['ALIYUN_COM_GPU_MEM_IDX'],
  );
  expect(cards.sort()).toEqual(['0', '0', '1', '1']);
  await api.deploy({ name: 'large', replicas: 1, limits: { 'aliyun.com/gpu-mem': '7' } });
  await eventually(async () => {
    const [pod] = await api.pods('large');
    return pod?.status?.conditions?.some(({ message }) =>
      message?.includes('Insufficient aliyun.com/gpu-mem'),
    );
  });
  const limits = { 'aliyun.com/gpu-mem': '4' };
  await api.deploy({ name: 'greedy', replicas: 1, limits, args: ['--gpu-memory=9'] });
  await eventually(async () => {
    const [pod] = await api.pods('greedy');
    return (pod?.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0;
  });
  await api.deploy({ name: 'modest', replicas: 1, limits, args: ['--gpu-memory=4'] });
  await api.running('modest', 1);
  await kinds.delete(id);
});
