import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLOUD_RESOURCE_REQUESTS } from '../../../engine/providers/cloud-resource-provider.js';
import { enqueue } from '../../../engine/jobs/queue.js';
import { waitForOperation } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { type NetworkWithEngine, openNetworkWithEngine } from './network-with-engine.js';

let setup: NetworkWithEngine;
beforeAll(async () => {
  setup = await openNetworkWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

const RESOURCES = `query ($id: ID!) { cluster(id: $id) { resources(first: 100) { totalCount
  nodes { id type name creator deleteBehavior } } } }`;
interface Resource {
  id: string;
  type: string;
  name: string;
  creator: string;
  deleteBehavior: string;
}

async function resources(id: string): Promise<Resource[]> {
  const { cluster } = await setup.ask<{ cluster: { resources: { nodes: Resource[]; totalCount: number } } }>(
    RESOURCES,
    { id },
  );
  expect(cluster.resources.totalCount).toBe(cluster.resources.nodes.length);
  return cluster.resources.nodes;
}

async function drop(id: string, retainResourceIds: string[] = []) {
  const { operation } = await setup.world.clusters.delete(setup.world.actor, { id, retainResourceIds });
  expect(await waitForOperation(setup.world, operation!.id)).toMatchObject({ state: 'SUCCEEDED' });
}

describe('resources of a cluster', () => {
  test('are listed with creator and deletion policy, and exactly those to be deleted are deleted with the cluster', async () => {
    const region = { regionId: 'cn-shanghai', network: { publicEndpoint: true } };
    const before = await usage();
    const { clusterId } = await setup.runningCluster(2, region);
    const all = await resources(clusterId);
    const counts = [...Map.groupBy(all, ({ type }) => type)].map(([type, some]) => [type, some.length]);
    expect(counts).toEqual([
      ['VPC', 1],
      ['VSWITCH', 3],
      ['SECURITY_GROUP', 1],
      ['LOAD_BALANCER', 1],
      ['EIP', 1],
      ['SCALING_GROUP', 1],
      ['INSTANCE', 2],
    ]);
    expect(
      all.every(({ creator, deleteBehavior }) => creator === 'PLATFORM' && deleteBehavior === 'DELETE'),
    ).toBe(true);
    await drop(clusterId);
    expect(await usage()).toEqual(before);
    const vpc = all[0]!.id;
    expect(
      (await setup.ask<{ vpc: unknown }>('query ($id: ID!) { vpc(id: $id) { id } }', { id: vpc })).vpc,
    ).toBeNull();
  });

  test('include those of Services and volume claims, which cannot be retained and are deleted with the cluster', async () => {
    const before = { ...(await usage()), disks: await setup.world.used('payg-disks') };
    const { clusterId } = await setup.runningCluster(1, { regionId: 'cn-shanghai' });
    const { core } = await setup.api(clusterId);
    const namespace = 'default';
    const service = (name: string, annotations = {}) =>
      core.createNamespacedService({
        namespace,
        body: {
          metadata: { name, annotations },
          spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80 }] },
        },
      });
    await service('shop');
    await service('again', { 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id': 'lb-mine' });
    await core.createNamespacedPersistentVolumeClaim({
      namespace,
      body: {
        metadata: { name: 'data' },
        spec: {
          storageClassName: 'alicloud-disk-essd',
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '20Gi' } },
        },
      },
    });
    const inside = async () => (await resources(clusterId)).filter(({ name }) => name.includes('/'));
    const waitForResources = (count: number) =>
      eventually(async () => {
        await setup.world.prisma.$transaction((tx) => enqueue(tx, CLOUD_RESOURCE_REQUESTS, 'all'));
        const found = await inside();
        return found.length === count && found;
      });
    const shown = (await waitForResources(3)).map(({ name, type, creator, deleteBehavior }) =>
      [name, type, creator, deleteBehavior].join(' '),
    );
    expect(shown.sort()).toEqual([
      'default/again LOAD_BALANCER USER RETAIN',
      'default/data DISK PLATFORM DELETE',
      'default/shop LOAD_BALANCER PLATFORM DELETE',
    ]);
    for (const { id } of await inside())
      await expect(
        setup.world.clusters.delete(setup.world.actor, { id: clusterId, retainResourceIds: [id] }),
      ).rejects.toThrow(/INVALID_INPUT/);
    await core.deleteNamespacedService({ namespace, name: 'again' });
    expect((await waitForResources(2)).map(({ name }) => name).sort()).toEqual([
      'default/data',
      'default/shop',
    ]);
    await drop(clusterId);
    expect(await inside()).toEqual([]);
    expect({ ...(await usage()), disks: await setup.world.used('payg-disks') }).toEqual(before);
  });

  test('stay if another cluster uses their VPC, and are deleted with the last cluster', async () => {
    const region = { regionId: 'cn-shenzhen' };
    const [first, two] = [await setup.runningCluster(1, region), await setup.runningCluster(1, region)];
    const behavior = async (id: string) =>
      Object.fromEntries((await resources(id)).map(({ type, deleteBehavior }) => [type, deleteBehavior]));
    expect(await behavior(first.clusterId)).toMatchObject({
      VPC: 'RETAIN',
      VSWITCH: 'RETAIN',
      SECURITY_GROUP: 'DELETE',
    });
    const { vpcId } = await setup.networkOf(two.clusterId);
    await drop(first.clusterId);
    expect(await setup.world.prisma.vpc.count({ where: { id: vpcId } })).toBe(1);
    expect(await behavior(two.clusterId)).toMatchObject({ VPC: 'DELETE' });
    await drop(two.clusterId);
    expect(await setup.world.prisma.vpc.count({ where: { id: vpcId } })).toBe(0);
  });

  test('stay as resources of the account if deleteCluster retains them, count against quotas, and can be deleted later', async () => {
    const before = await usage();
    const { clusterId } = await setup.runningCluster(1, {
      regionId: 'cn-chengdu',
      network: { publicEndpoint: true },
    });
    const all = await resources(clusterId);
    const keep = all.filter(({ type }) => ['VPC', 'SECURITY_GROUP', 'LOAD_BALANCER', 'EIP'].includes(type));
    const instance = all.find(({ type }) => type === 'INSTANCE')!.id;
    await expect(
      setup.world.clusters.delete(setup.world.actor, { id: clusterId, retainResourceIds: [instance] }),
    ).rejects.toThrow(/INVALID_INPUT/);
    await expect(
      setup.world.clusters.delete(setup.world.actor, { id: clusterId, retainResourceIds: ['vpc_none'] }),
    ).rejects.toThrow(/NOT_FOUND/);
    await drop(
      clusterId,
      keep.map(({ id }) => id),
    );
    const after = await usage();
    expect(after).toEqual({ vpcs: before.vpcs + 1, eips: before.eips + 1, balancers: before.balancers + 1 });
    const retained = '{ retainedResources { totalCount nodes { id type name formerClusterId } } }';
    const own = keep.filter(({ type }) => type === 'LOAD_BALANCER' || type === 'EIP');
    expect(await setup.ask(retained)).toEqual({
      retainedResources: {
        totalCount: 2,
        nodes: own.map(({ id, type, name }) => ({ id, type, name, formerClusterId: clusterId })),
      },
    });
    const vpcId = keep[0]!.id;
    const { vpc } = await setup.ask<{ vpc: object }>(
      'query ($id: ID!) { vpc(id: $id) { creator vSwitches { id } securityGroups { id creator } } }',
      { id: vpcId },
    );
    expect(vpc).toEqual({
      creator: 'USER',
      vSwitches: [],
      securityGroups: [{ id: keep[1]!.id, creator: 'USER' }],
    });
    type Deletion = { payload: { deletedId: string | null } };
    for (const { id, type } of [...keep].reverse()) {
      const query = `mutation ($id: ID!) { payload: ${mutationOf(type)}(input: { id: $id }) { deletedId } }`;
      const responses = await Promise.all([1, 2, 3, 4].map(() => setup.ask<Deletion>(query, { id })));
      const deleted = responses.map(({ payload }) => payload.deletedId).filter((id) => id !== null);
      expect(deleted, 'one of the requests deletes it').toEqual([id]);
    }
    expect(await usage()).toEqual(before);
    expect(await setup.ask(retained)).toEqual({ retainedResources: { totalCount: 0, nodes: [] } });
  });

  test('have the same ids as elsewhere in the graph', async () => {
    const { clusterId } = await setup.runningCluster(2, { regionId: 'cn-shanghai' });
    const { cluster } = await setup.ask<{
      cluster: {
        nodePools: { nodes: { scalingGroup: { id: string } }[] };
        nodes: { nodes: { instanceId: string }[] };
      };
    }>(
      `query ($id: ID!) { cluster(id: $id) {
        nodePools { nodes { scalingGroup { id } } } nodes { nodes { instanceId } } } }`,
      { id: clusterId },
    );
    const all = await resources(clusterId);
    const ids = (resourceType: string) => all.filter(({ type }) => type === resourceType).map(({ id }) => id);
    expect(ids('SCALING_GROUP')).toEqual(cluster.nodePools.nodes.map(({ scalingGroup }) => scalingGroup.id));
    expect(ids('INSTANCE')).toEqual(cluster.nodes.nodes.map(({ instanceId }) => instanceId));
    await drop(clusterId);
  });
});

async function usage() {
  return {
    vpcs: await setup.world.used('vpcs'),
    eips: await setup.world.used('eips'),
    balancers: await setup.world.used('load-balancers'),
  };
}

const DELETIONS: Readonly<Record<string, string>> = {
  VPC: 'deleteVpc',
  SECURITY_GROUP: 'deleteSecurityGroup',
  LOAD_BALANCER: 'deleteLoadBalancer',
  EIP: 'deleteEip',
};

function mutationOf(type: string): string {
  return DELETIONS[type] ?? '';
}
