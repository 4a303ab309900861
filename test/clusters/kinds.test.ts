import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { balances, setLimit } from '../../engine/ledger.js';
import { SubgraphExecutor } from '../../kernel/graph/subgraph-executor.js';
import { Loaders } from '../../kernel/loader.js';
import { createLog } from '../../kernel/log.js';
import { type ClustersKit, openClusters } from './kit.js';
import { runningCluster } from './living-cluster.js';
import { clusterMutation, poolMutation, type PayloadView } from './requests.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

interface Seen {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly spec: string | null;
  readonly nodes: { readonly nodes: { readonly role: string; readonly name: string }[] };
}
interface Created {
  readonly payload: PayloadView & { readonly cluster: Seen | null };
}

const FIELDS = `id name kind state type profile spec product capability networkPlugin storagePlugin region { id }
  nodes { nodes { role name nodePool { id } instanceType { id } } } nodePools { nodes { id runtime gpuSharing edgeAutonomy } }
  sla { compensable }`;
const CREATE = `mutation ($input: CreateClusterInput!) { payload: createCluster(input: $input) {
  cluster { ${FIELDS} } operation { id type state } userErrors { code message path } } }`;

const create = async (input: Record<string, unknown>, account: string) =>
  (await clusters.run<Created>(CREATE, { input: { regionId: 'cn-hangzhou', ...input } }, account)).data
    .payload;

const NINE: [string, Record<string, unknown>, object][] = [
  ['PRO', { type: 'MANAGED_KUBERNETES', spec: 'PRO' }, { product: 'ACK_PRO', spec: 'PRO' }],
  ['STANDARD', { type: 'MANAGED_KUBERNETES' }, { product: 'ACK_STANDARD', spec: 'STANDARD' }],
  ['DEDICATED', { type: 'KUBERNETES', masters: { count: 3 } }, { product: 'ACK_DEDICATED', spec: null }],
  [
    'HETEROGENEOUS',
    {
      type: 'MANAGED_KUBERNETES',
      capability: 'GPU',
      nodePools: [{ name: 'gpu', instanceTypes: ['ecs.gn6i-c4g1.xlarge'], gpuSharing: true }],
    },
    { product: 'ACK_STANDARD', capability: 'GPU', nodePools: { nodes: [{ gpuSharing: true }] } },
  ],
  [
    'SANDBOX',
    {
      type: 'MANAGED_KUBERNETES',
      spec: 'PRO',
      capability: 'SANDBOX',
      nodePools: [
        { name: 'runv', instanceTypes: ['ecs.ebmg7.32xlarge'], runtime: 'SANDBOXED_CONTAINER_RUNV' },
      ],
    },
    {
      product: 'ACK_PRO',
      capability: 'SANDBOX',
      nodePools: { nodes: [{ runtime: 'SANDBOXED_CONTAINER_RUNV' }] },
    },
  ],
  [
    'CONFIDENTIAL',
    {
      type: 'MANAGED_KUBERNETES',
      spec: 'PRO',
      capability: 'CONFIDENTIAL',
      nodePools: [{ name: 'sgx', instanceTypes: ['ecs.g7t.xlarge', 'ecs.c7t.2xlarge'] }],
    },
    { product: 'ACK_PRO', capability: 'CONFIDENTIAL', nodePools: { nodes: [{ runtime: 'CONTAINERD' }] } },
  ],
  [
    'EDGE',
    {
      type: 'MANAGED_KUBERNETES',
      profile: 'EDGE',
      nodePools: [{ name: 'shops', instanceTypes: ['ecs.g7.xlarge'], edgeAutonomy: true }],
    },
    { product: 'EDGE_STANDARD', profile: 'EDGE', nodePools: { nodes: [{ edgeAutonomy: true }] } },
  ],
  ['SERVERLESS', { type: 'MANAGED_KUBERNETES', profile: 'SERVERLESS', spec: 'PRO' }, { product: 'ASK_PRO' }],
  ['REGISTERED', { type: 'EXTERNAL_KUBERNETES' }, { product: 'REGISTERED', state: 'WAITING', spec: null }],
];

describe('the nine kinds', () => {
  test('are listed with their rules', async () => {
    const { data } = await clusters.run<{ clusterKinds: { name: string }[] }>(`{ clusterKinds {
      name description capability nodePools requiredNodePool runtimes refusedFields
      variants { type profile spec product controlPlane masters quotas } } }`);
    expect(data.clusterKinds.map(({ name }) => name)).toEqual(
      expect.arrayContaining(NINE.map(([name]) => name)),
    );
    expect(data.clusterKinds).toHaveLength(9);
    expect(data.clusterKinds.find(({ name }) => name === 'DEDICATED')).toMatchObject({
      refusedFields: [],
      variants: [{ type: 'KUBERNETES', product: 'ACK_DEDICATED', controlPlane: 'ACCOUNT', masters: 3 }],
    });
    expect(data.clusterKinds.find(({ name }) => name === 'SERVERLESS')).toMatchObject({
      nodePools: false,
      runtimes: [],
      refusedFields: ['masters', 'nodePools', 'capability'],
    });
    expect(data.clusterKinds.find(({ name }) => name === 'SANDBOX')).toMatchObject({
      requiredNodePool: 'a node pool with the runtime SANDBOXED_CONTAINER_RUNV',
    });
  });

  test.each(NINE)('a cluster of the kind %s can be created and read back', async (kind, input, expected) => {
    const account = `of-${kind.toLowerCase()}`;
    const { cluster, userErrors } = await create({ name: 'one', ...input }, account);
    expect(userErrors).toEqual([]);
    const { data } = await clusters.run<{ cluster: Seen }>(
      `query ($id: ID!) { cluster(id: $id) { ${FIELDS} } }`,
      { id: cluster?.id },
      account,
    );
    expect(data.cluster).toMatchObject({
      kind,
      networkPlugin: 'FLANNEL',
      storagePlugin: 'CSI',
      ...expected,
      sla: { compensable: data.cluster.spec === 'PRO' },
    });
  });

  test('one list has the clusters of all regions and origins', async () => {
    const made: [string, Record<string, unknown>][] = [
      ['guangzhou', { type: 'EXTERNAL_KUBERNETES' }],
      ['us-west-1', { type: 'MANAGED_KUBERNETES', profile: 'SERVERLESS' }],
      ['eu-central-1', { type: 'KUBERNETES' }],
      ['cn-beijing', { type: 'MANAGED_KUBERNETES', spec: 'PRO' }],
    ];
    for (const [regionId, input] of made) {
      const { userErrors } = await create({ ...input, name: `in-${regionId}`, regionId }, 'everywhere');
      expect(userErrors).toEqual([]);
    }
    const { data } = await clusters.run<{ clusters: { nodes: { region: { id: string }; kind: string }[] } }>(
      '{ clusters { nodes { kind region { id } } } }',
      {},
      'everywhere',
    );
    expect(data.clusters.nodes.map(({ kind, region }) => `${kind} ${region.id}`)).toEqual([
      'REGISTERED cn-guangzhou',
      'SERVERLESS us-west-1',
      'DEDICATED eu-central-1',
      'PRO cn-beijing',
    ]);
  });
});

describe('a dedicated cluster', () => {
  test('has three masters as nodes from the beginning, which take of the vCPU quota', async () => {
    const masters = { count: 3, instanceType: 'ecs.g7.2xlarge' };
    const { cluster, userErrors } = await create({ name: 'own', type: 'KUBERNETES', masters }, 'masters');
    expect(userErrors).toEqual([]);
    const one = { role: 'MASTER', nodePool: null, instanceType: { id: 'ecs.g7.2xlarge' } };
    expect(cluster?.nodes.nodes).toMatchObject([one, one, one]);
    const [vcpu, places] = await balances(clusters.platform.database.prisma, 'masters', [
      { resource: 'payg-vcpu', scope: '' },
      { resource: 'ACK_DEDICATED/nodesPerCluster', scope: cluster?.id ?? '' },
    ]);
    expect([vcpu?.used, places?.used]).toEqual([24, 0]);
  });

  test.each([1, 2, 4, 5])('with %i masters is refused', async (count) => {
    const { cluster, userErrors } = await create(
      { name: 'own', type: 'KUBERNETES', masters: { count } },
      'wrong-masters',
    );
    expect(cluster).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'masters', 'count'] }]);
  });

  test('with masters that are too small is refused', async () => {
    const masters = { instanceType: 'ecs.g7.large' };
    const { userErrors } = await create({ name: 'own', type: 'KUBERNETES', masters }, 'small-masters');
    expect(userErrors).toMatchObject([
      { code: 'INSTANCE_TYPE_TOO_SMALL', path: ['input', 'masters', 'instanceType'] },
    ]);
  });

  test('is refused when its masters are larger than the account may have machines', async () => {
    const masters = { instanceType: 'ecs.g7.4xlarge' };
    const { userErrors } = await create({ name: 'own', type: 'KUBERNETES', masters }, 'large-masters');
    expect(userErrors).toMatchObject([
      { code: 'QUOTA_EXCEEDED', path: ['input', 'masters', 'instanceType'] },
    ]);
  });

  test('is refused when the account has no vCPUs left for its masters', async () => {
    await setLimit(clusters.platform.database.prisma, 'poor', { resource: 'payg-vcpu', scope: '*' }, 11);
    const { userErrors } = await create({ name: 'own', type: 'KUBERNETES' }, 'poor');
    expect(userErrors).toMatchObject([{ code: 'QUOTA_EXCEEDED', path: ['input', 'masters'] }]);
  });
});

test('node pools cannot be added to serverless and registered clusters', async () => {
  for (const input of [
    { type: 'MANAGED_KUBERNETES', profile: 'SERVERLESS' },
    { type: 'EXTERNAL_KUBERNETES', spec: null },
  ]) {
    const account = `no-pools-${input.type.toLowerCase().replace('_', '-')}`;
    const { id } = await runningCluster(clusters, account, { name: 'none', ...input });
    const pool = { clusterId: id, name: 'p', instanceTypes: ['ecs.g7.xlarge'] };
    const { data } = await clusters.run<{ payload: PayloadView }>(
      poolMutation('createNodePool', 'CreateNodePoolInput'),
      { input: pool },
      account,
    );
    expect(data.payload.userErrors).toMatchObject([
      { code: 'UNSUPPORTED_BY_KIND', path: ['input', 'clusterId'] },
    ]);
  }
});

test('a cluster that waits for its agent has no node pools either, and says that and not its state', async () => {
  const { cluster } = await create({ name: 'theirs', type: 'EXTERNAL_KUBERNETES' }, 'waiting');
  const pool = { clusterId: cluster?.id, name: 'p', instanceTypes: ['ecs.g7.xlarge'] };
  const { data } = await clusters.run<{ payload: PayloadView }>(
    poolMutation('createNodePool', 'CreateNodePoolInput'),
    { input: pool },
    'waiting',
  );
  expect(data.payload.userErrors).toMatchObject([
    { code: 'UNSUPPORTED_BY_KIND', path: ['input', 'clusterId'] },
  ]);
});

test('a pool that does not fit the kind of its cluster is refused later too', async () => {
  const { id } = await runningCluster(clusters, 'later', {
    name: 'boxes',
    capability: 'SANDBOX',
    nodePools: [{ name: 'a', instanceTypes: ['ecs.ebmc7.32xlarge'], runtime: 'SANDBOXED_CONTAINER_RUNV' }],
  });
  const pool = {
    clusterId: id,
    name: 'b',
    instanceTypes: ['ecs.ebmr7.32xlarge', 'ecs.g7.xlarge'],
    runtime: 'SANDBOXED_CONTAINER_RUNV',
  };
  const { data } = await clusters.run<{ payload: PayloadView }>(
    poolMutation('createNodePool', 'CreateNodePoolInput'),
    { input: pool },
    'later',
  );
  expect(data.payload.userErrors).toMatchObject([
    { code: 'INSTANCE_TYPE_NOT_ALLOWED', path: ['input', 'instanceTypes', '1'] },
  ]);
  const scaling = await clusters.run<{ payload: PayloadView }>(
    clusterMutation('scaleClusterVertically', 'ScaleClusterVerticallyInput'),
    { input: { id, instanceTypes: ['ecs.g7.2xlarge'] } },
    'later',
  );
  expect(scaling.data.payload.userErrors).toMatchObject([
    { code: 'INSTANCE_TYPE_NOT_ALLOWED', path: ['input', 'instanceTypes', '0'] },
  ]);
});

describe('what never changes', () => {
  const update = async (input: Record<string, unknown>, account = 'fixed') =>
    (
      await clusters.run<{ payload: PayloadView & { cluster: Seen | null } }>(
        clusterMutation('updateCluster', 'UpdateClusterInput'),
        { input },
        account,
      )
    ).data.payload;
  let id: string;
  beforeAll(async () => {
    ({ id } = await runningCluster(clusters, 'fixed', { name: 'fixed' }));
  });

  test('may be sent with its present value', async () => {
    const { prisma } = clusters.platform.database;
    const network = await prisma.clusterNetwork.findUnique({ where: { clusterId: id } });
    const { cluster, userErrors } = await update({
      id,
      name: 'renamed',
      regionId: 'cn-hangzhou',
      vpcId: network?.vpcId ?? null,
      type: 'MANAGED_KUBERNETES',
      profile: 'DEFAULT',
      spec: 'PRO',
      networkPlugin: 'FLANNEL',
      storagePlugin: 'CSI',
      masterCount: 0,
    });
    expect(userErrors).toEqual([]);
    expect(cluster).toMatchObject({ name: 'renamed' });
  });

  test.each([
    ['the VPC', { vpcId: 'vpc_00000000000000000000000000' }],
    ['managed to dedicated', { type: 'KUBERNETES' }],
    ['Pro to Standard', { spec: 'STANDARD' }],
    ['the network plugin', { networkPlugin: 'TERWAY' }],
    ['the storage plugin', { storagePlugin: 'FLEXVOLUME' }],
    ['the region', { regionId: 'cn-beijing' }],
    ['the number of masters', { masterCount: 3 }],
  ])('is refused with IMMUTABLE_FIELD and its path when it would: %s', async (_what, change) => {
    const { cluster, userErrors } = await update({ id, name: 'never', ...change });
    expect(cluster).toBeNull();
    expect(userErrors).toMatchObject([
      { code: 'IMMUTABLE_FIELD', path: ['input', Object.keys(change)[0] as string] },
    ]);
    const { data } = await clusters.run<{ cluster: { name: string } }>(
      'query ($id: ID!) { cluster(id: $id) { name } }',
      { id },
      'fixed',
    );
    expect(data.cluster.name).toBe('renamed');
  });

  test('masters cannot be added to or taken from a dedicated cluster', async () => {
    const dedicated = await runningCluster(clusters, 'fixed', {
      name: 'own',
      type: 'KUBERNETES',
      spec: null,
      nodePools: [{ name: 'workers', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }],
    });
    expect((await update({ id: dedicated.id, masterCount: 3 })).userErrors).toEqual([]);
    for (const masterCount of [1, 5]) {
      const { userErrors } = await update({ id: dedicated.id, masterCount });
      expect(userErrors).toMatchObject([{ code: 'IMMUTABLE_FIELD', path: ['input', 'masterCount'] }]);
    }
    const master = await clusters.platform.database.prisma.node.findFirstOrThrow({
      where: { clusterId: dedicated.id, role: 'MASTER' },
    });
    const change = async (name: string, type: string, input: object) =>
      (await clusters.run<{ payload: PayloadView }>(poolMutation(name, type), { input }, 'fixed')).data
        .payload.userErrors;
    const nodePoolId = dedicated.nodePools.nodes[0]?.id;
    const removal = { nodePoolId, nodeIds: [master.id] };
    expect(await change('removeNodes', 'RemoveNodesInput', removal)).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'nodeIds', '0'] },
    ]);
  });

  test('labels of a registered cluster change only with the risk acknowledged, and the change is on record', async () => {
    const { cluster } = await create({ name: 'theirs', type: 'EXTERNAL_KUBERNETES' }, 'fixed');
    const change = { id: cluster?.id, labels: { team: 'a' } };
    expect((await update(change)).userErrors).toMatchObject([
      { code: 'RISK_NOT_ACKNOWLEDGED', path: ['input', 'acknowledgeRisk'] },
    ]);
    expect((await update({ ...change, acknowledgeRisk: true })).userErrors).toEqual([]);
    const events = await clusters.platform.database.prisma.event.findMany({
      where: { account: 'fixed', type: 'CLUSTER_UPDATED', clusterId: cluster?.id ?? '' },
    });
    expect(events).toMatchObject([{ data: { fields: ['labels'], subject: 'fixed-tester' } }]);
  });
});

describe('a registered cluster', () => {
  test('has a link whose health is not that of the cluster: without an agent one is down, the other unknown', async () => {
    const { cluster } = await create({ name: 'afar', type: 'EXTERNAL_KUBERNETES' }, 'linked');
    const { data } = await clusters.run<{ cluster: object }>(
      `query ($id: ID!) { cluster(id: $id) {
        state controlPlane { available } conditions { type status reason } } }`,
      { id: cluster?.id },
      'linked',
    );
    expect(data.cluster).toMatchObject({
      state: 'WAITING',
      controlPlane: null,
      conditions: [
        { type: 'AgentConnected', status: 'False', reason: 'WaitingForAgent' },
        { type: 'ApiServerAvailable', status: 'Unknown', reason: 'NotConnected' },
      ],
    });
  });

  test('is gated by region and quota as its product says', async () => {
    const register = (name: string, regionId = 'cn-hangzhou') =>
      create({ name, regionId, type: 'EXTERNAL_KUBERNETES' }, 'registrar');
    expect((await register('x', 'ap-southeast-7')).userErrors).toMatchObject([
      { code: 'PRODUCT_COMING_SOON' },
    ]);
    for (let index = 0; index < 5; index += 1)
      expect(await register(`r${index}`)).toMatchObject({
        userErrors: [],
        operation: null,
        cluster: { state: 'WAITING', product: 'REGISTERED' },
      });
    expect((await register('r5')).userErrors).toMatchObject([{ code: 'QUOTA_EXCEEDED' }]);
  });
});

describe('real-name verification', () => {
  const asActor = async <T>(query: string, variables: Record<string, unknown>, verified?: boolean) => {
    const executor = new SubgraphExecutor(clusters.subgraph, createLog('fatal'));
    const actor = { account: 'anonymous', subject: 'x', ...(verified !== undefined && { verified }) };
    const context = { actor, requestId: 'test', loaders: new Loaders() };
    return (await executor.execute({ query, variables }, context)) as unknown as { data: T };
  };
  const VIEWER = '{ viewer { account verified } }';
  const input = { name: 'first', regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', spec: 'PRO' };

  test('an account whose token does not vouch for it creates no cluster until its holder is identified', async () => {
    const refused = await asActor<Created>(CREATE, { input }, false);
    expect(refused.data.payload).toMatchObject({
      cluster: null,
      userErrors: [{ code: 'ACCOUNT_NOT_VERIFIED', path: ['input'] }],
    });
    expect((await asActor(VIEWER, {}, false)).data).toMatchObject({ viewer: { verified: false } });
    const VERIFY = `mutation ($input: VerifyAccountInput!) {
      verifyAccount(input: $input) { viewer { verified } userErrors { code path } } }`;
    const holder = { kind: 'PERSON', name: '王芳', documentNumber: '12' };
    expect((await asActor(VERIFY, { input: holder }, false)).data).toMatchObject({
      verifyAccount: {
        viewer: null,
        userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'documentNumber'] }],
      },
    });
    const real = { ...holder, documentNumber: '11010519491231002X' };
    for (const _twice of [1, 2])
      expect((await asActor(VERIFY, { input: real }, false)).data).toEqual({
        verifyAccount: { viewer: { verified: true }, userErrors: [] },
      });
    expect((await asActor<Created>(CREATE, { input }, false)).data.payload).toMatchObject({ userErrors: [] });
  });

  test('an account whose token says nothing of it is verified', async () => {
    expect((await asActor(VIEWER, {})).data).toMatchObject({ viewer: { verified: true } });
  });
});

describe('a migration to Pro', () => {
  const migrate = async (id: string, account: string, dryRun = false) =>
    (
      await clusters.run<{ payload: PayloadView & { cluster: Seen | null } }>(
        `mutation ($input: MigrateClusterInput!, $dryRun: Boolean) { payload: migrateCluster(input: $input, dryRun: $dryRun) {
          cluster { id state product } operation { id type state stages { name } } userErrors { code message path } } }`,
        { input: { id }, dryRun },
        account,
      )
    ).data.payload;

  test('says in a dry run what stands against it, and nothing of it stays', async () => {
    const { id } = await runningCluster(clusters, 'mover', { name: 'std', spec: 'STANDARD' });
    expect(await migrate(id, 'mover', true)).toMatchObject({
      cluster: { state: 'UPDATING', product: 'ACK_STANDARD' },
      operation: {
        type: 'MIGRATE_CLUSTER',
        stages: [{ name: 'PRECHECK' }, { name: 'CONTROL_PLANE' }, { name: 'SWITCH' }],
      },
      userErrors: [],
    });
    expect(
      await clusters.platform.database.prisma.operation.count({ where: { type: 'MIGRATE_CLUSTER' } }),
    ).toBe(0);
  });

  test('is refused when the quota of Pro is used up', async () => {
    const { id } = await runningCluster(clusters, 'full', { name: 'std', spec: 'STANDARD' });
    const { prisma } = clusters.platform.database;
    await setLimit(prisma, 'full', { resource: 'ACK_PRO/clustersPerAccount', scope: '*' }, 0);
    expect(await migrate(id, 'full')).toMatchObject({
      cluster: null,
      operation: null,
      userErrors: [{ code: 'QUOTA_EXCEEDED', path: ['input', 'id'] }],
    });
  });

  test('is refused where the region does not offer Pro', async () => {
    const { id } = await runningCluster(clusters, 'remote', { name: 'std', spec: 'STANDARD' });
    const { prisma } = clusters.platform.database;
    // No region has Standard and not Pro: the cluster is put where neither is.
    await prisma.cluster.update({ where: { id }, data: { regionId: 'me-east-1' } });
    expect((await migrate(id, 'remote')).userErrors).toMatchObject([{ code: 'PRODUCT_COMING_SOON' }]);
  });

  test('is refused for other products, and for another account’s clusters as for missing ones', async () => {
    const { id } = await runningCluster(clusters, 'pro', { name: 'pro' });
    expect((await migrate(id, 'pro')).userErrors).toMatchObject([{ code: 'MIGRATION_NOT_ALLOWED' }]);
    expect((await migrate(id, 'stranger')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

test('edge autonomy is of edge clusters only', async () => {
  const { nodePools } = await runningCluster(clusters, 'inland', {
    name: 'inland',
    nodePools: [{ name: 'p', instanceTypes: ['ecs.g7.xlarge'] }],
  });
  const { data } = await clusters.run<{ payload: PayloadView }>(
    `mutation ($input: SetEdgeAutonomyInput!) { payload: setEdgeAutonomy(input: $input) {
      nodePool { id } operation { id } userErrors { code path } } }`,
    { input: { nodePoolId: nodePools.nodes[0]?.id, enabled: true } },
    'inland',
  );
  expect(data.payload.userErrors).toEqual([{ code: 'UNSUPPORTED_BY_KIND', path: ['input', 'nodePoolId'] }]);
});
