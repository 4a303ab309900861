import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scrape } from '../../subgraphs/observability/scrape.js';
import { eventually } from '../kit/eventually.js';
import { deployment } from '../workloads/kit.js';
import { cloud, isReady, type KindsWorld, startKinds, succeeded } from './kinds-world.js';

let kinds: KindsWorld;
beforeAll(async () => {
  kinds = await startKinds();
  await kinds.world.limit('payg-vcpu', 5_000);
  await kinds.world.limit('payg-max-vcpu-per-instance', 128);
});
afterAll(() => kinds[Symbol.asyncDispose]());

const small = (name: string, more: object = {}) => ({ name, instanceTypes: ['ecs.g7.xlarge'], ...more });

test.each<[string, Record<string, unknown>]>([
  ['PRO', { spec: 'PRO', nodePools: [small('a', { desiredSize: 1 })] }],
  ['STANDARD', { nodePools: [small('a', { desiredSize: 1 })] }],
  ['DEDICATED', { type: 'KUBERNETES', nodePools: [small('a', { desiredSize: 1 })] }],
  [
    'HETEROGENEOUS',
    {
      capability: 'GPU',
      nodePools: [{ name: 'npu', instanceTypes: ['ecs.ebman1.26xlarge'], desiredSize: 1 }],
    },
  ],
  [
    'SANDBOX',
    {
      capability: 'SANDBOX',
      nodePools: [
        {
          name: 'runv',
          instanceTypes: ['ecs.ebmg5s.24xlarge'],
          runtime: 'SANDBOXED_CONTAINER_RUNV',
          desiredSize: 1,
        },
      ],
    },
  ],
  [
    'CONFIDENTIAL',
    {
      capability: 'CONFIDENTIAL',
      nodePools: [{ name: 'sgx', instanceTypes: ['ecs.c7t.xlarge'], desiredSize: 1 }],
    },
  ],
  ['EDGE', { profile: 'EDGE', nodePools: [small('a', { desiredSize: 1 })] }],
  ['SERVERLESS', { profile: 'SERVERLESS' }],
  ['REGISTERED', { type: 'EXTERNAL_KUBERNETES' }],
])(
  'a cluster of the kind %s is made, read back and deleted, and gives everything back',
  async (kind, input) => {
    const used = async () => (await kinds.world.prisma.ledgerUsage.findMany()).filter((row) => row.used > 0);
    const before = await used();
    const id = await kinds.create({ name: `life-of-${kind.toLowerCase()}`, ...input });
    const read = () =>
      kinds.graph<{ cluster: { kind: string; state: string } }>(
        'query ($id: ID!) { cluster(id: $id) { kind state } }',
        { id },
      );
    expect(await read()).toEqual({ cluster: { kind, state: kind === 'REGISTERED' ? 'WAITING' : 'RUNNING' } });
    const masters = kind === 'DEDICATED' ? 3 : 0;
    const workers = kind === 'SERVERLESS' || kind === 'REGISTERED' ? 0 : 1;
    expect(await machinesOf(id)).toEqual({ masters, workers, inCloud: masters + workers });
    expect(await used()).not.toEqual(before);
    await kinds.delete(id);
    expect(await read()).toEqual({ cluster: { kind, state: 'DELETED' } });
    expect(await used()).toEqual(before);
    expect(await kinds.world.prisma.node.count({ where: { clusterId: id } })).toBe(0);
    expect(await kinds.world.platform.provider.controlPlane(id)).toBeUndefined();
  },
);

/** The machines that were made for a cluster, as the graph and as the cloud has them. */
async function machinesOf(id: string) {
  const { cluster } = await kinds.graph<{ cluster: { nodes: { nodes: { role: string }[] } } }>(
    'query ($id: ID!) { cluster(id: $id) { nodes { nodes { role } } } }',
    { id },
  );
  const roles = cluster.nodes.nodes.map(({ role }) => role);
  const masters = roles.filter((role) => role === 'MASTER').length;
  const inCloud = (await kinds.world.platform.provider.instances(id)).length;
  return { masters, workers: roles.length - masters, inCloud };
}

test('the masters of a dedicated cluster are tainted control-plane nodes, in the graph with the role MASTER', async () => {
  const id = await kinds.create({
    name: 'own',
    type: 'KUBERNETES',
    masters: { count: 3, instanceType: 'ecs.c7.2xlarge' },
    nodePools: [small('workers', { desiredSize: 2 })],
  });
  const { cluster } = await kinds.graph<{ cluster: { nodes: { nodes: Record<string, unknown>[] } } }>(
    `query ($id: ID!) { cluster(id: $id) { nodes { nodes {
      role state status name instanceId instanceType { id } nodePool { id name } zone { id } } } } }`,
    { id },
  );
  const masters = cluster.nodes.nodes.filter(({ role }) => role === 'MASTER');
  expect(masters).toHaveLength(3);
  for (const master of masters)
    expect(master).toMatchObject({
      state: 'running',
      status: 'Ready',
      nodePool: null,
      instanceId: expect.stringMatching(/^i-/),
      instanceType: { id: 'ecs.c7.2xlarge' },
    });
  // Its machine belongs to its cluster, as a worker's does.
  const worker = cluster.nodes.nodes.find(({ role }) => role === 'WORKER');
  const { payload } = await kinds.graph<{ payload: { userErrors: object[] } }>(
    `mutation ($input: AttachInstancesInput!) { payload: attachInstances(input: $input) {
      userErrors { code path } } }`,
    {
      input: {
        nodePoolId: (worker?.['nodePool'] as { id: string }).id,
        instanceIds: [masters[0]?.['instanceId'], worker?.['instanceId']],
        mode: 'MANUAL',
      },
    },
  );
  expect(payload.userErrors).toEqual(
    ['0', '1'].map((index) => ({ code: 'INSTANCE_IN_USE', path: ['input', 'instanceIds', index] })),
  );
  expect(new Set(masters.map(({ zone }) => (zone as { id: string }).id)).size).toBe(3);
  const api = await kinds.inside(id);
  const nodes = await api.nodes();
  const planes = nodes.filter(
    ({ metadata }) => metadata?.labels?.['node-role.kubernetes.io/control-plane'] === '',
  );
  expect(planes.map(({ metadata }) => metadata?.name).sort()).toEqual(masters.map(({ name }) => name).sort());
  for (const { spec } of planes)
    expect(spec?.taints).toMatchObject([
      { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
    ]);
  await api.deploy({ name: 'web', replicas: 10 });
  const on = new Set((await api.running('web', 10)).map(({ spec }) => spec?.nodeName));
  expect(planes.some(({ metadata }) => on.has(metadata?.name))).toBe(false);
  await kinds.delete(id);
});

test('the masters of a dedicated cluster are upgraded with it, and stay three', async () => {
  const id = await kinds.create({
    name: 'own-upgraded',
    type: 'KUBERNETES',
    version: '1.32.6',
    nodePools: [small('workers', { desiredSize: 1 })],
  });
  const wish = { id, version: '1.34' };
  const { operation, userErrors } = await kinds.mutate('upgradeCluster', 'UpgradeClusterInput', wish);
  expect(userErrors).toEqual([]);
  await succeeded(kinds.world, operation?.id ?? '');
  const api = await kinds.inside(id);
  const nodes = await api.nodes();
  expect(nodes.map(({ status }) => status?.nodeInfo?.kubeletVersion)).toEqual(Array(4).fill('v1.34.3'));
  expect(nodes.every(({ spec }) => spec?.unschedulable !== true)).toBe(true);
  const rows = await kinds.world.prisma.node.findMany({ where: { clusterId: id } });
  expect(rows.map(({ role, version }) => `${role} ${version}`).sort()).toEqual([
    ...Array<string>(3).fill('MASTER 1.34.3'),
    'WORKER 1.34.3',
  ]);
  await kinds.delete(id);
});

test('a deployment on a serverless cluster runs on container instances, and there are no nodes', async () => {
  const id = await kinds.create({ name: 'serverless', profile: 'SERVERLESS', spec: 'PRO' });
  const api = await kinds.inside(id);
  expect(await kinds.apply(id, deployment('burst', 500))).toEqual(['Deployment CREATED']);
  const pods = await api.running('burst', 500);
  const burst = { name: 'burst', kind: 'DEPLOYMENT', replicas: 500, readyReplicas: 500 };
  await eventually(async () => (await kinds.workloadsOf(id, 'burst'))[0]?.readyReplicas === 500);
  expect(await kinds.workloadsOf(id, 'burst')).toEqual([burst]);
  expect(new Set(pods.map(({ status }) => status?.podIP)).size).toBe(500);
  expect(pods.every(({ metadata }) => metadata?.annotations?.['k8s.aliyun.com/eci-instance-id'])).toBe(true);
  expect(await api.nodes()).toEqual([]);
  const { cluster } = await kinds.graph<{ cluster: { nodes: { totalCount: number } } }>(
    'query ($id: ID!) { cluster(id: $id) { nodes { totalCount } } }',
    { id },
  );
  expect(cluster.nodes.totalCount).toBe(0);
  // What it uses is what its pods use.
  const samples = await scrape(api.client, id, new Date());
  const used = samples.filter(({ subject, name }) => subject === '' && name === 'cpu_usage');
  expect(used.map(({ value }) => value > 0)).toEqual([true]);
  await kinds.delete(id);
});

test('a serverless cluster takes as many pods as the quota of its product says', async () => {
  await kinds.world.limit('ASK_STANDARD/podsPerCluster', 6);
  const id = await kinds.create({ name: 'small', profile: 'SERVERLESS' });
  const api = await kinds.inside(id);
  await kinds.apply(id, deployment('many', 10));
  // Two are the DNS's.
  expect(await api.running('many', 4)).toHaveLength(4);
  await eventually(async () => {
    const { items } = await api.core.listNamespacedEvent({
      namespace: 'default',
      fieldSelector: 'reason=FailedCreate',
      limit: 50,
    });
    return items.some(({ message }) => message?.includes('exceeded quota'));
  });
  expect(await kinds.workloadsOf(id, 'many')).toMatchObject([{ replicas: 10, readyReplicas: 4 }]);
  await kinds.delete(id);
});

describe('an edge node that is cut off', () => {
  const offline = async (autonomy: boolean) => {
    const id = await kinds.create({
      name: `edge-${autonomy}`,
      profile: 'EDGE',
      nodePools: [small('shops', { desiredSize: 2 })],
    });
    const pool = await kinds.world.prisma.nodePool.findFirstOrThrow({ where: { clusterId: id } });
    const wish = { nodePoolId: pool.id, enabled: autonomy };
    const { operation, userErrors } = await kinds.mutate('setEdgeAutonomy', 'SetEdgeAutonomyInput', wish);
    expect(userErrors).toEqual([]);
    await succeeded(kinds.world, operation?.id ?? '');
    const api = await kinds.inside(id);
    await api.deploy({ name: 'till', replicas: 4 });
    const pods = await api.running('till', 4);
    const name = pods[0]?.spec?.nodeName ?? '';
    const node = await kinds.world.prisma.node.findFirstOrThrow({ where: { clusterId: id, name } });
    await cloud(kinds, 'PUT', `/clusters/${id}/instances/${node.id}/connection`, { connected: false });
    const there = pods.filter(({ spec }) => spec?.nodeName === name).map(({ metadata }) => metadata?.uid);
    return { id, pool, api, name, instance: node.id, there };
  };

  test('keeps its pods while its pool is autonomous, and gives them up when it no longer is', async () => {
    const { id, pool, api, name, there } = await offline(true);
    const read = async () => (await api.nodes()).find(({ metadata }) => metadata?.name === name);
    await eventually(async () =>
      (await read())?.spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/unreachable'),
    );
    const taints = (await read())?.spec?.taints?.map(({ effect }) => effect);
    expect(taints).toEqual(['NoSchedule']);
    // Longer, in simulated time, than any pod would be tolerated without autonomy.
    await api.deploy({ name: 'clock', replicas: 0 });
    await passed(api, 400);
    const kept = (await api.pods('till')).filter(({ spec }) => spec?.nodeName === name);
    expect(kept.map(({ metadata }) => metadata?.uid).sort()).toEqual([...there].sort());
    expect(kept.every((pod) => isReady(pod) && !pod.metadata?.deletionTimestamp)).toBe(true);
    await kinds.mutate('setEdgeAutonomy', 'SetEdgeAutonomyInput', { nodePoolId: pool.id, enabled: false });
    const moved = await api.running('till', 4);
    await eventually(async () => (await api.running('till', 4)).every(({ spec }) => spec?.nodeName !== name));
    expect(moved).toHaveLength(4);
    await kinds.delete(id);
  });

  test('loses its pods without autonomy: they are evicted and made elsewhere', async () => {
    const { id, api, name, instance, there } = await offline(false);
    await eventually(async () => {
      const ready = (await api.pods('till')).filter(
        (pod) => isReady(pod) && !pod.metadata?.deletionTimestamp,
      );
      return ready.length === 4 && ready.every(({ spec }) => spec?.nodeName !== name);
    });
    await cloud(kinds, 'PUT', `/clusters/${id}/instances/${instance}/connection`, { connected: true });
    await eventually(async () =>
      (await api.pods('till')).every(({ metadata }) => !there.includes(metadata?.uid)),
    );
    await kinds.delete(id);
  });

  test('is told of the autonomy of its pool when it joins', async () => {
    const id = await kinds.create({
      name: 'edge-born',
      profile: 'EDGE',
      nodePools: [small('shops', { desiredSize: 1, edgeAutonomy: true })],
    });
    const api = await kinds.inside(id);
    const autonomous = (count: number) =>
      eventually(async () => {
        const annotations = (await api.nodes()).map(({ metadata }) => metadata?.annotations ?? {});
        return (
          annotations.length === count &&
          annotations.every((one) => one['node.beta.alibabacloud.com/autonomy'] === 'true')
        );
      });
    await autonomous(1);
    const pool = await kinds.world.prisma.nodePool.findFirstOrThrow({ where: { clusterId: id } });
    const wish = { nodePoolId: pool.id, desiredSize: 3 };
    const { operation } = await kinds.world.pools.scale(kinds.world.actor, wish);
    await succeeded(kinds.world, operation?.id ?? '');
    await autonomous(3);
    await kinds.delete(id);
  });

  /** Waits until simulated seconds have passed: a job that takes them has ended. */
  async function passed({ core }: Awaited<ReturnType<KindsWorld['inside']>>, seconds: number): Promise<void> {
    const container = { name: 'wait', image: 'busybox:1.36', command: ['sleep', String(seconds)] };
    await core.createNamespacedPod({
      namespace: 'default',
      body: { metadata: { name: 'wait' }, spec: { restartPolicy: 'Never', containers: [container] } },
    });
    await eventually(async () => {
      const { status } = await core.readNamespacedPod({ namespace: 'default', name: 'wait' });
      return status?.phase === 'Succeeded';
    });
  }
});

test('pods of a sandbox cluster choose the runtime class, and run on its bare-metal nodes', async () => {
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

test('nodes of a confidential cluster offer their encrypted memory, and pods are placed by it', async () => {
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
    return pods.filter(isReady).length === 2 && waiting;
  });
  expect(unplaced).toHaveLength(1);
  await kinds.delete(id);
});

test('nodes with NPUs have them as a resource beside plain ones, and pods are placed by it', async () => {
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

test('pods share a GPU by memory, none gets more than a card has left, and one that takes more than its share is ended', async () => {
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
  // Two cards of 16 GiB: four pods of 6 GiB, two on a card; 8 GiB are left, 4 on each.
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
