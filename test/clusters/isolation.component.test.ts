import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClustersKit, openClusters } from './kit.js';
import { runningCluster } from './running-cluster.js';

let clusters: ClustersKit;
let own: Record<string, string>;
const missing = {
  cluster: 'cluster_00000000000000000000000000',
  nodePool: 'nodepool_00000000000000000000000000',
  node: 'node_00000000000000000000000000',
  operation: 'operation_00000000000000000000000000',
};

beforeAll(async () => {
  clusters = await openClusters();
  const cluster = await runningCluster(clusters, 'owner', {
    name: 'secret',
    nodePools: [{ name: 'w', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }],
  });
  const { prisma } = clusters.platform.database;
  const node = await prisma.node.findFirstOrThrow({ where: { clusterId: cluster.id } });
  const operation = await prisma.operation.findFirstOrThrow({ where: { clusterId: cluster.id } });
  own = {
    cluster: cluster.id,
    nodePool: cluster.nodePools.nodes[0]?.id ?? '',
    node: node.id,
    operation: operation.id,
  };
});
afterAll(() => clusters[Symbol.asyncDispose]());

const ENTITIES = `query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Cluster { name } } }`;

describe('requests of another account', () => {
  test.each([
    ['cluster', 'query ($cluster: ID!) { cluster(id: $cluster) { name } }'],
    ['nodePool', 'query ($nodePool: ID!) { nodePool(id: $nodePool) { name } }'],
    ['operation', 'query ($operation: ID!) { operation(id: $operation) { type } }'],
    ['clusters', '{ clusters { totalCount nodes { id } } }'],
    [
      'clusters by id',
      'query ($cluster: ID!) { clusters(filter: { ids: [$cluster] }) { totalCount nodes { id } } }',
    ],
    ['operations', '{ operations { totalCount nodes { id } } }'],
    [
      'operations by cluster',
      'query ($cluster: ID!) { operations(filter: { clusterId: $cluster }) { nodes { id } } }',
    ],
    [
      'updateCluster',
      'mutation ($cluster: ID!) { updateCluster(input: { id: $cluster, name: "x" }) { cluster { id } userErrors { code message path } } }',
    ],
    [
      'upgradeCluster',
      'mutation ($cluster: ID!) { upgradeCluster(input: { id: $cluster, version: "1.34" }) { cluster { id } userErrors { code message path } } }',
    ],
    [
      'deleteCluster',
      'mutation ($cluster: ID!) { deleteCluster(input: { id: $cluster }) { cluster { id } userErrors { code message path } } }',
    ],
    [
      'runClusterCheck',
      'mutation ($cluster: ID!) { runClusterCheck(input: { clusterId: $cluster, type: UPGRADE, version: "1.34" }) { check: clusterCheck { id } userErrors { code message path } } }',
    ],
    [
      'setMaintenanceWindow',
      'mutation ($cluster: ID!) { setMaintenanceWindow(input: { clusterId: $cluster, recurrence: "FREQ=DAILY", startTime: "02:00", durationHours: 4 }) { cluster { id } userErrors { code message path } } }',
    ],
    [
      'createNodePool',
      'mutation ($cluster: ID!) { createNodePool(input: { clusterId: $cluster, name: "x", instanceTypes: ["ecs.g7.xlarge"] }) { nodePool { id } userErrors { code message path } } }',
    ],
    [
      'scaleNodePool',
      'mutation ($nodePool: ID!) { scaleNodePool(input: { nodePoolId: $nodePool, desiredSize: 1 }) { nodePool { id } userErrors { code message path } } }',
    ],
    [
      'deleteNodePool',
      'mutation ($nodePool: ID!) { deleteNodePool(input: { id: $nodePool }) { nodePool { id } userErrors { code message path } } }',
    ],
    [
      'cancelOperation',
      'mutation ($operation: ID!) { cancelOperation(input: { id: $operation }) { operation { id } userErrors { code message path } } }',
    ],
  ])('%s returns the same for an id of the owner as for an unknown id', async (_, query) => {
    const foreign = await clusters.run(query, own, 'stranger');
    expect(foreign.errors).toBeUndefined();
    const absent = await clusters.run(query, missing, 'stranger');
    expect(withoutIds(foreign, own)).toEqual(withoutIds(absent, missing));
  });

  test.each([
    [
      'provisioningEvents',
      'subscription ($cluster: ID!) { provisioningEvents(clusterId: $cluster) { type } }',
    ],
    ['operationProgress', 'subscription ($operation: ID!) { operationProgress(id: $operation) { state } }'],
  ])('cannot subscribe to %s of the owner', async (_, query) => {
    const stream = await clusters.open(query, own, 'stranger');
    expect((await stream.next()).value).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    expect(await stream.next()).toMatchObject({ done: true });
  });

  test('return null for references to resources of the owner', async () => {
    const of = [
      { __typename: 'Cluster', id: own['cluster'] },
      { __typename: 'NodePool', id: own['nodePool'] },
      { __typename: 'Node', id: own['node'] },
      { __typename: 'Operation', id: own['operation'] },
    ];
    const stranger = await clusters.run(ENTITIES, { of }, 'stranger');
    expect(stranger.data).toEqual({ _entities: [null, null, null, null] });
    const owner = await clusters.run(ENTITIES, { of }, 'owner');
    expect(owner.data).toMatchObject({
      _entities: [
        { __typename: 'Cluster', name: 'secret' },
        { __typename: 'NodePool' },
        { __typename: 'Node' },
        { __typename: 'Operation' },
      ],
    });
  });

  test('return no resources of the owner in a region', async () => {
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Region { clusters { totalCount nodes { id } } } } }`;
    const of = [{ __typename: 'Region', id: 'cn-hangzhou' }];
    const stranger = await clusters.run(query, { of }, 'stranger');
    expect(stranger.data).toEqual({ _entities: [{ clusters: { totalCount: 0, nodes: [] } }] });
    const owner = await clusters.run(query, { of }, 'owner');
    expect(owner.data).toEqual({
      _entities: [{ clusters: { totalCount: 1, nodes: [{ id: own['cluster'] }] } }],
    });
  });

  test('receive no events of the owner', async () => {
    const stream = await clusters.open(
      'subscription { watchClusters { type cluster { id } } }',
      {},
      'stranger',
    );
    expect((await stream.next()).value).toMatchObject({
      data: { watchClusters: { type: 'SYNCED', cluster: null } },
    });
    await runningCluster(clusters, 'owner', { name: 'unseen' });
    const mine = await runningCluster(clusters, 'stranger', { name: 'seen' });
    expect((await stream.next()).value).toMatchObject({
      data: { watchClusters: { type: 'ADDED', cluster: { id: mine.id } } },
    });
    await stream.return(undefined);
  });
});

test('viewer returns the account and subject of the token', async () => {
  expect((await clusters.run('{ viewer { account subject expiresAt } }', {}, 'owner')).data).toEqual({
    viewer: { account: 'owner', subject: 'owner-tester', expiresAt: expect.any(String) as string },
  });
});

/** The response with names in place of the requested ids, which error messages repeat. */
function withoutIds(response: object, ids: Readonly<Record<string, string>>): string {
  return Object.entries(ids).reduce(
    (text, [name, id]) => text.replaceAll(id, `<${name}>`),
    JSON.stringify(response),
  );
}
