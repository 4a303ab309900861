import { afterAll, beforeAll, expect, test } from 'vitest';
import { scrape } from '../../../subgraphs/observability/inspection/scrape.js';
import { eventually } from '../../kit/eventually.js';
import { deployment } from '../../subgraphs/workloads/kit.js';
import { type KindsFixture, startKinds, succeeded, small } from './kinds-fixture.js';

let kinds: KindsFixture;
beforeAll(async () => {
  kinds = await startKinds();
});
afterAll(() => kinds[Symbol.asyncDispose]());

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
])('creates, reads and deletes a cluster of the kind %s, and releases its quota', async (kind, input) => {
  const used = () =>
    kinds.world.prisma.ledgerUsage.findMany({
      where: { used: { gt: 0 } },
      orderBy: [{ resource: 'asc' }, { scope: 'asc' }],
    });
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
  expect(await instancesOf(id)).toEqual({ masters, workers, inCloud: masters + workers });
  expect(await used()).not.toEqual(before);
  await kinds.delete(id);
  expect(await read()).toEqual({ cluster: { kind, state: 'DELETED' } });
  expect(await used()).toEqual(before);
  expect(await kinds.world.prisma.node.count({ where: { clusterId: id } })).toBe(0);
  expect(await kinds.world.platform.provider.controlPlane(id)).toBeUndefined();
});

/** The instances of a cluster, from the graph and from the cloud. */
async function instancesOf(id: string) {
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
  // A worker's instance belongs to its cluster and cannot be attached to another pool.
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

test('an upgrade of a dedicated cluster upgrades its three masters', async () => {
  const id = await kinds.create({
    name: 'own-upgraded',
    type: 'KUBERNETES',
    version: '1.32.6',
    nodePools: [small('workers', { desiredSize: 1 })],
  });
  const request = { id, version: '1.34' };
  const { operation, userErrors } = await kinds.mutate('upgradeCluster', 'UpgradeClusterInput', request);
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

test('a deployment on a serverless cluster runs on container instances without nodes', async () => {
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
  // The usage of a serverless cluster is the usage of its pods.
  const samples = await scrape(api.client, id, new Date());
  const used = samples.filter(({ subject, name }) => subject === '' && name === 'cpu_usage');
  expect(used.map(({ value }) => value > 0)).toEqual([true]);
  await kinds.delete(id);
});

test('a serverless cluster accepts pods up to the quota of its product', async () => {
  await kinds.world.limit('ASK_STANDARD/podsPerCluster', 6);
  const id = await kinds.create({ name: 'small', profile: 'SERVERLESS' });
  const api = await kinds.inside(id);
  await kinds.apply(id, deployment('many', 10));
  // Two of the pods belong to CoreDNS.
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
