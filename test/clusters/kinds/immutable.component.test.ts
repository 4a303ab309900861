import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClustersKit, openClusters } from '../kit.js';
import { runningCluster } from '../running-cluster.js';
import { clusterMutation, poolMutation, type PayloadView } from '../requests.js';
import { createCluster, type KindView } from './kinds-kit.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

describe('immutable fields', () => {
  const update = async (input: Record<string, unknown>, account = 'fixed') =>
    (
      await clusters.run<{ payload: PayloadView & { cluster: KindView | null } }>(
        clusterMutation('updateCluster', 'UpdateClusterInput'),
        { input },
        account,
      )
    ).data.payload;
  let id: string;
  beforeAll(async () => {
    ({ id } = await runningCluster(clusters, 'fixed', { name: 'fixed' }));
  });

  test('accept their current value', async () => {
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
  ])('reject another value with IMMUTABLE_FIELD and the path: %s', async (_what, change) => {
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

  test('masters cannot be added to or removed from a dedicated cluster', async () => {
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

  test('labels of a registered cluster change only with acknowledgeRisk, and the change is recorded', async () => {
    const { cluster } = await createCluster(
      clusters,
      { name: 'theirs', type: 'EXTERNAL_KUBERNETES' },
      'fixed',
    );
    const change = { id: cluster?.id, labels: { team: 'a' } };
    expect((await update(change)).userErrors).toMatchObject([
      { code: 'RISK_NOT_ACKNOWLEDGED', path: ['input', 'acknowledgeRisk'] },
    ]);
    expect((await update({ ...change, acknowledgeRisk: true })).userErrors).toEqual([]);
    const events = await clusters.platform.database.prisma.event.findMany({
      where: { account: 'fixed', type: 'CLUSTER_UPDATED', clusterId: cluster?.id ?? '' },
    });
    expect(events).toMatchObject([{ data: { fields: ['labels'], actor: 'fixed-tester' } }]);
  });
});
