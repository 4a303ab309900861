import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readQuotaUsage, setLimit } from '../../../engine/ledger/ledger.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { runningCluster } from '../running-cluster.js';
import { clusterMutation, poolMutation, type PayloadView } from '../requests.js';
import { createCluster, KIND_FIELDS, type KindView } from './kinds-kit.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

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

describe('kinds of clusters', () => {
  test('clusterKinds lists the nine kinds with their rules', async () => {
    const { data } = await clusters.run<{ clusterKinds: { name: string }[] }>(`{ clusterKinds {
      name description capability nodePools requiredNodePool runtimes unsupportedFields
      variants { type profile spec product controlPlane masters quotas } } }`);
    expect(data.clusterKinds.map(({ name }) => name)).toEqual(
      expect.arrayContaining(NINE.map(([name]) => name)),
    );
    expect(data.clusterKinds).toHaveLength(9);
    expect(data.clusterKinds.find(({ name }) => name === 'DEDICATED')).toMatchObject({
      unsupportedFields: [],
      variants: [{ type: 'KUBERNETES', product: 'ACK_DEDICATED', controlPlane: 'ACCOUNT', masters: 3 }],
    });
    expect(data.clusterKinds.find(({ name }) => name === 'SERVERLESS')).toMatchObject({
      nodePools: false,
      runtimes: [],
      unsupportedFields: ['masters', 'nodePools', 'capability'],
    });
    expect(data.clusterKinds.find(({ name }) => name === 'SANDBOX')).toMatchObject({
      requiredNodePool: 'a node pool with the runtime SANDBOXED_CONTAINER_RUNV',
    });
  });

  test.each(NINE)('a cluster of the kind %s can be created and read', async (kind, input, expected) => {
    const account = `of-${kind.toLowerCase()}`;
    const { cluster, userErrors } = await createCluster(clusters, { name: 'one', ...input }, account);
    expect(userErrors).toEqual([]);
    const { data } = await clusters.run<{ cluster: KindView }>(
      `query ($id: ID!) { cluster(id: $id) { ${KIND_FIELDS} } }`,
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

  test('one list returns the clusters of all regions and origins', async () => {
    const requests: [string, Record<string, unknown>][] = [
      ['guangzhou', { type: 'EXTERNAL_KUBERNETES' }],
      ['us-west-1', { type: 'MANAGED_KUBERNETES', profile: 'SERVERLESS' }],
      ['eu-central-1', { type: 'KUBERNETES' }],
      ['cn-beijing', { type: 'MANAGED_KUBERNETES', spec: 'PRO' }],
    ];
    for (const [regionId, input] of requests) {
      const { userErrors } = await createCluster(
        clusters,
        { ...input, name: `in-${regionId}`, regionId },
        'everywhere',
      );
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

describe('dedicated cluster', () => {
  test('has three master nodes from its creation, which use the vCPU quota', async () => {
    const masters = { count: 3, instanceType: 'ecs.g7.2xlarge' };
    const { cluster, userErrors } = await createCluster(
      clusters,
      { name: 'own', type: 'KUBERNETES', masters },
      'masters',
    );
    expect(userErrors).toEqual([]);
    const master = { role: 'MASTER', nodePool: null, instanceType: { id: 'ecs.g7.2xlarge' } };
    expect(cluster?.nodes.nodes).toMatchObject([master, master, master]);
    const [vcpu, places] = await readQuotaUsage(clusters.platform.database.prisma, 'masters', [
      { resource: 'payg-vcpu', scope: '' },
      { resource: 'ACK_DEDICATED/nodesPerCluster', scope: cluster?.id ?? '' },
    ]);
    expect([vcpu?.used, places?.used]).toEqual([24, 0]);
  });

  test.each([1, 2, 4, 5])('is rejected with %i masters', async (count) => {
    const { cluster, userErrors } = await createCluster(
      clusters,
      { name: 'own', type: 'KUBERNETES', masters: { count } },
      'wrong-masters',
    );
    expect(cluster).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'masters', 'count'] }]);
  });

  test('is rejected with masters below the minimum size', async () => {
    const masters = { instanceType: 'ecs.g7.large' };
    const { userErrors } = await createCluster(
      clusters,
      { name: 'own', type: 'KUBERNETES', masters },
      'small-masters',
    );
    expect(userErrors).toMatchObject([
      { code: 'INSTANCE_TYPE_TOO_SMALL', path: ['input', 'masters', 'instanceType'] },
    ]);
  });

  test('is rejected if its masters exceed the instance size of the account', async () => {
    const masters = { instanceType: 'ecs.g7.4xlarge' };
    const { userErrors } = await createCluster(
      clusters,
      { name: 'own', type: 'KUBERNETES', masters },
      'large-masters',
    );
    expect(userErrors).toMatchObject([
      { code: 'QUOTA_EXCEEDED', path: ['input', 'masters', 'instanceType'] },
    ]);
  });

  test('is rejected if the vCPU quota of the account has no room for its masters', async () => {
    await setLimit(clusters.platform.database.prisma, 'poor', { resource: 'payg-vcpu', scope: '*' }, 11);
    const { userErrors } = await createCluster(clusters, { name: 'own', type: 'KUBERNETES' }, 'poor');
    expect(userErrors).toMatchObject([{ code: 'QUOTA_EXCEEDED', path: ['input', 'masters'] }]);
  });
});

test('rejects node pools on serverless and registered clusters', async () => {
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

test('rejects a node pool of a registered cluster without agent because of its kind, not its state', async () => {
  const { cluster } = await createCluster(
    clusters,
    { name: 'theirs', type: 'EXTERNAL_KUBERNETES' },
    'waiting',
  );
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

test('rejects adding a node pool that its kind does not support to an existing cluster', async () => {
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

test('only edge clusters support edge autonomy', async () => {
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
