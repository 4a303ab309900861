import { AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterAccess } from '../../engine/cluster-access.js';
import type { Engine } from '../../engine/engine.js';
import { CLOUD_CLAIMS } from '../../engine/providers/claim-infrastructure.js';
import { enqueue } from '../../engine/queue.js';
import { SubgraphExecutor } from '../../kernel/graph/subgraph-executor.js';
import { Loaders } from '../../kernel/loader.js';
import { createLog } from '../../kernel/log.js';
import { createClustersSubgraph } from '../../subgraphs/clusters/subgraph.js';
import { ended, NODE_TYPE, startWorld, wishCluster, type World } from '../engine/world.js';
import { eventually } from '../kit/eventually.js';

let world: World;
let engine: Engine;
let executor: SubgraphExecutor;
beforeAll(async () => {
  world = await startWorld({ speed: 2_000 });
  engine = await world.engine();
  executor = new SubgraphExecutor(await createClustersSubgraph(world.platform), createLog('silent'));
  await world.limit('payg-vcpu', 10_000);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function run<T>(query: string, variables: object): Promise<T> {
  const context = { actor: world.actor, requestId: 'test', loaders: new Loaders() };
  const answer = await executor.execute({ query, variables: { ...variables } }, context);
  expect(answer.errors ?? []).toEqual([]);
  return answer.data as unknown as T;
}

async function runningCluster(size: number, more = {}): Promise<{ clusterId: string; poolId: string }> {
  const { clusterId, poolId, operationId } = await wishCluster(world, size, more);
  expect(await ended(world, operationId)).toMatchObject({ state: 'SUCCEEDED' });
  return { clusterId, poolId };
}

async function api(clusterId: string) {
  const access = (await clusterAccess(world.prisma, 'acme', [clusterId])).get(clusterId);
  if (!access) throw new Error('the cluster has no API');
  const config = world.platform.kubernetes.of(access);
  return { core: config.makeApiClient(CoreV1Api), apps: config.makeApiClient(AppsV1Api) };
}

async function deploy(clusterId: string, replicas: number): Promise<void> {
  const { apps } = await api(clusterId);
  const labels = { app: 'many' };
  await apps.createNamespacedDeployment({
    namespace: 'default',
    body: {
      metadata: { name: 'many' },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] } },
      },
    },
  });
}

async function podsOf(clusterId: string, selector?: string) {
  const { core } = await api(clusterId);
  return (
    await core.listNamespacedPod({ namespace: 'default', ...(selector && { labelSelector: selector }) })
  ).items;
}

async function networkOf(clusterId: string) {
  return world.prisma.clusterNetwork.findUniqueOrThrow({ where: { clusterId } });
}

const NODES = `query ($id: ID!) { cluster(id: $id) { nodes { nodes {
  name maxPods zone { id } components { name version status } } } } }`;
interface Nodes {
  cluster: {
    nodes: {
      nodes: {
        name: string;
        maxPods: number;
        zone: { id: string };
        components: { name: string; version: string | null; status: string }[];
      }[];
    };
  };
}

describe('pods of a node', () => {
  test('with Flannel are as many as its part of the pod CIDR has addresses; the scheduler stops there', async () => {
    const { clusterId } = await runningCluster(1, { network: { nodeCidrMask: 28 } });
    const [node] = (await run<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
    const { core } = await api(clusterId);
    const seen = await core.readNode({ name: node!.name });
    expect([node!.maxPods, seen.status?.allocatable?.['pods']]).toEqual([16, '16']);
    const { podCidr } = await networkOf(clusterId);
    expect(seen.spec?.podCIDR).toBe(podCidr?.replace(/\/\d+$/, '/28'));
    await deploy(clusterId, 20);
    const bound = await eventually(async () => {
      const all = (await core.listPodForAllNamespaces()).items;
      const placed = all.filter(({ spec }) => spec?.nodeName).length;
      return all.length >= 20 && placed >= 16 && { placed, waiting: all.length - placed };
    });
    expect(bound.placed).toBe(16);
    expect(bound.waiting).toBeGreaterThan(0);
  });

  test('with Terway are as many as its network interfaces have addresses, and have addresses of the vSwitch', async () => {
    const { clusterId } = await runningCluster(1, { networkPlugin: 'TERWAY' });
    const [node] = (await run<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
    const { core } = await api(clusterId);
    // ecs.g6.xlarge: 3 interfaces of 10 addresses, one of them the primary one.
    const seen = await core.readNode({ name: node!.name });
    expect([node!.maxPods, seen.status?.allocatable?.['pods']]).toEqual([20, '20']);
    await deploy(clusterId, 3);
    const pods = await eventually(async () => {
      const all = await podsOf(clusterId, 'app=many');
      return all.length === 3 && all.every(({ status }) => status?.podIP) && all;
    });
    for (const { status } of pods) expect(status?.podIP).toMatch(/^192\.168\./);
    expect(new Set(pods.map(({ status }) => status?.podIP)).size).toBe(3);
    const { vpcId, securityGroupId } = await networkOf(clusterId);
    expect(await world.used('ips-per-security-group', securityGroupId)).toBe(21);
    expect(await world.used('secondary-enis')).toBe(2);
    expect(await world.used('private-ips-per-vpc', vpcId)).toBeGreaterThanOrEqual(21);
    // The scheduler stops there, too.
    const { apps } = await api(clusterId);
    const scale = { metadata: { name: 'many', namespace: 'default' }, spec: { replicas: 25 } };
    await apps.replaceNamespacedDeploymentScale({ name: 'many', namespace: 'default', body: scale });
    const bound = await eventually(async () => {
      const all = (await core.listPodForAllNamespaces()).items;
      const placed = all.filter(({ spec }) => spec?.nodeName).length;
      return all.length >= 25 && placed >= 20 && { placed, waiting: all.length - placed };
    });
    expect(bound.placed).toBe(20);
    expect(bound.waiting).toBeGreaterThan(0);
  });

  test('a node lists what it runs, with versions and how it stands', async () => {
    const { clusterId } = await runningCluster(1);
    const [node] = (await run<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
    expect(node!.components).toEqual([
      { name: 'kubelet', version: '1.34.3', status: 'RUNNING' },
      { name: 'kube-proxy', version: '1.34.3', status: 'RUNNING' },
      { name: 'containerd', version: '1.6.36', status: 'RUNNING' },
      { name: 'flannel', version: null, status: 'RUNNING' },
    ]);
    const [instance] = await world.platform.provider.instances(clusterId);
    const power = { on: false, fault: 'KUBELET' };
    await world.cloud('PUT', `/clusters/${clusterId}/instances/${instance!.id}/power`, power);
    const silent = await eventually(async () => {
      const [found] = (await run<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
      return found?.components.every(({ status }) => status !== 'RUNNING') && found;
    });
    expect(silent.components.map(({ status }) => status)).toEqual(Array(4).fill('NOT_READY'));
    const { core } = await api(clusterId);
    await core.deleteNode({ name: node!.name });
    const [unknown] = (await run<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
    expect(unknown?.components.map(({ version, status }) => [version, status])).toEqual(
      Array(4).fill([null, 'UNKNOWN']),
    );
  });

  test('a master lists the parts of the control plane, too', async () => {
    const { clusterId } = await runningCluster(0, {
      type: 'KUBERNETES',
      spec: null,
      nodePools: [{ name: 'workers', instanceTypes: [NODE_TYPE] }],
    });
    const masters = await eventually(async () => {
      const all = (await run<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
      return all.length === 3 && all.every(({ components }) => components.length === 8) && all;
    });
    expect(masters[0]!.components.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'kube-apiserver RUNNING',
      'etcd RUNNING',
      'kube-controller-manager RUNNING',
      'kube-scheduler RUNNING',
      'kubelet RUNNING',
      'kube-proxy RUNNING',
      'containerd RUNNING',
      'flannel RUNNING',
    ]);
  });
});

describe('nodes beyond what a network has room for', () => {
  test('Flannel takes a route for each: of 50 nodes 48 are made, the others when the quota is raised', async () => {
    const { clusterId, poolId, operationId } = await wishCluster(world, 50, { regionId: 'cn-beijing' });
    const operation = await ended(world, operationId);
    expect(operation).toMatchObject({ state: 'PARTIAL', created: 48, failed: 2 });
    expect(operation.failures).toMatchObject([
      { code: 'QUOTA_EXCEEDED', message: expect.stringContaining('custom-routes-per-route-table') },
      { code: 'QUOTA_EXCEEDED' },
    ]);
    const { vpcId } = await networkOf(clusterId);
    expect(await world.used('custom-routes-per-route-table', vpcId)).toBe(48);
    expect(await world.used('payg-vcpu')).toBe(
      (await world.prisma.node.findMany()).reduce((sum, { vcpus }) => sum + vcpus, 0),
    );
    await world.limit('custom-routes-per-route-table', 100, vpcId);
    const again = await world.pools.scale(world.actor, { nodePoolId: poolId, desiredSize: 50 });
    expect(await ended(world, again.operation!.id)).toMatchObject({ state: 'SUCCEEDED', created: 2 });
    expect(await world.used('custom-routes-per-route-table', vpcId)).toBe(50);
    const fewer = await world.pools.scale(world.actor, { nodePoolId: poolId, desiredSize: 1 });
    expect(await ended(world, fewer.operation!.id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await world.used('custom-routes-per-route-table', vpcId)).toBe(1);
  });

  test('a pod CIDR without another part gives IP_NOT_AVAILABLE', async () => {
    const network = { podCidr: '10.200.0.0/24', nodeCidrMask: 26 };
    const { operationId } = await wishCluster(world, 6, { network });
    const operation = await ended(world, operationId);
    expect(operation).toMatchObject({ state: 'PARTIAL', created: 4, failed: 2 });
    expect(operation.failures).toMatchObject([{ code: 'IP_NOT_AVAILABLE' }, { code: 'IP_NOT_AVAILABLE' }]);
  });

  test('a full vSwitch gives IP_NOT_AVAILABLE to nodes, and to pods of Terway', async () => {
    const vpcId = await made('createVpc', 'CreateVpcInput', 'vpc', {
      ...{ name: 'small', regionId: 'cn-hangzhou', cidr: '172.31.0.0/24' },
    });
    const vSwitchId = await made('createVSwitch', 'CreateVSwitchInput', 'vSwitch', {
      ...{ vpcId, zoneId: 'cn-hangzhou-b', name: 'tiny', cidr: '172.31.0.0/28' },
    });
    const wish = { networkPlugin: 'TERWAY', network: { vpcId, vSwitchIds: [vSwitchId] } };
    // Of 16 addresses the cloud keeps 4, and CoreDNS takes 2.
    const { clusterId, poolId } = await runningCluster(2, wish);
    await deploy(clusterId, 12);
    const { core } = await api(clusterId);
    await eventually(
      async () => {
        const events = (await core.listNamespacedEvent({ namespace: 'default' })).items;
        return events.some(
          ({ message, reason }) =>
            reason === 'FailedCreatePodSandBox' && message?.includes('IP_NOT_AVAILABLE'),
        );
      },
      { what: 'a pod without an address' },
    );
    const more = await world.pools.scale(world.actor, { nodePoolId: poolId, desiredSize: 3 });
    const operation = await ended(world, more.operation!.id);
    expect(operation).toMatchObject({ state: 'FAILED', created: 0, failed: 1 });
    expect(operation.failures).toMatchObject([{ code: 'IP_NOT_AVAILABLE' }]);
    const pods = await podsOf(clusterId);
    const addresses = pods.flatMap(({ status }) => status?.podIP ?? []);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(pods.length - addresses.length).toBeGreaterThan(0);
  });

  test('the rest of a security group gives IP_NOT_AVAILABLE', async () => {
    await world.limit('ips-per-security-group', 2);
    try {
      const { operationId } = await wishCluster(world, 3);
      const operation = await ended(world, operationId);
      expect(operation).toMatchObject({ state: 'PARTIAL', created: 2, failed: 1 });
      expect(operation.failures).toMatchObject([{ code: 'IP_NOT_AVAILABLE' }]);
    } finally {
      await world.limit('ips-per-security-group', 2000);
    }
  });
});

async function made(name: string, inputType: string, field: string, input: object): Promise<string> {
  const query = `mutation ($input: ${inputType}!) { answer: ${name}(input: $input) { made: ${field} { id } userErrors { message } } }`;
  const { answer } = await run<{ answer: { made: { id: string } | null; userErrors: object[] } }>(query, {
    input,
  });
  expect(answer.userErrors).toEqual([]);
  return answer.made!.id;
}

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
  const { cluster } = await run<{ cluster: { resources: { nodes: Resource[]; totalCount: number } } }>(
    RESOURCES,
    { id },
  );
  expect(cluster.resources.totalCount).toBe(cluster.resources.nodes.length);
  return cluster.resources.nodes;
}

async function drop(id: string, retainResources: string[] = []) {
  const { operation } = await world.clusters.delete(world.actor, { id, retainResources });
  expect(await ended(world, operation!.id)).toMatchObject({ state: 'SUCCEEDED' });
}

describe('the resources of a cluster', () => {
  test('are listed with creator and what becomes of them, and just those that are to go are gone with it', async () => {
    const region = { regionId: 'cn-shanghai', network: { publicEndpoint: true } };
    const before = await usage();
    const { clusterId } = await runningCluster(2, region);
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
      (await run<{ vpc: unknown }>('query ($id: ID!) { vpc(id: $id) { id } }', { id: vpc })).vpc,
    ).toBeNull();
  });

  test('that Services and volume claims inside it have are among them, cannot be retained, and go with them', async () => {
    const before = { ...(await usage()), disks: await world.used('payg-disks') };
    const { clusterId } = await runningCluster(1, { regionId: 'cn-shanghai' });
    const { core } = await api(clusterId);
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
    const told = (count: number) =>
      eventually(async () => {
        await world.prisma.$transaction((tx) => enqueue(tx, CLOUD_CLAIMS, 'all'));
        const found = await inside();
        return found.length === count && found;
      });
    const shown = (await told(3)).map(({ name, type, creator, deleteBehavior }) =>
      [name, type, creator, deleteBehavior].join(' '),
    );
    expect(shown.sort()).toEqual([
      'default/again LOAD_BALANCER USER RETAIN',
      'default/data DISK PLATFORM DELETE',
      'default/shop LOAD_BALANCER PLATFORM DELETE',
    ]);
    for (const { id } of await inside())
      await expect(
        world.clusters.delete(world.actor, { id: clusterId, retainResources: [id] }),
      ).rejects.toThrow(/INVALID_INPUT/);
    await core.deleteNamespacedService({ namespace, name: 'again' });
    expect((await told(2)).map(({ name }) => name).sort()).toEqual(['default/data', 'default/shop']);
    await drop(clusterId);
    expect(await inside()).toEqual([]);
    expect({ ...(await usage()), disks: await world.used('payg-disks') }).toEqual(before);
  });

  test('of a VPC that another cluster is in stay, and go with the last one', async () => {
    const region = { regionId: 'cn-shenzhen' };
    const [one, two] = [await runningCluster(1, region), await runningCluster(1, region)];
    const behavior = async (id: string) =>
      Object.fromEntries((await resources(id)).map(({ type, deleteBehavior }) => [type, deleteBehavior]));
    expect(await behavior(one.clusterId)).toMatchObject({
      VPC: 'RETAIN',
      VSWITCH: 'RETAIN',
      SECURITY_GROUP: 'DELETE',
    });
    const { vpcId } = await networkOf(two.clusterId);
    await drop(one.clusterId);
    expect(await world.prisma.vpc.count({ where: { id: vpcId } })).toBe(1);
    expect(await behavior(two.clusterId)).toMatchObject({ VPC: 'DELETE' });
    await drop(two.clusterId);
    expect(await world.prisma.vpc.count({ where: { id: vpcId } })).toBe(0);
  });

  test('that deleteCluster is told to retain stay, counted, as the account’s own, and can be deleted later', async () => {
    const before = await usage();
    const { clusterId } = await runningCluster(1, {
      regionId: 'cn-chengdu',
      network: { publicEndpoint: true },
    });
    const all = await resources(clusterId);
    const keep = all.filter(({ type }) => ['VPC', 'SECURITY_GROUP', 'LOAD_BALANCER', 'EIP'].includes(type));
    const instance = all.find(({ type }) => type === 'INSTANCE')!.id;
    await expect(
      world.clusters.delete(world.actor, { id: clusterId, retainResources: [instance] }),
    ).rejects.toThrow(/INVALID_INPUT/);
    await expect(
      world.clusters.delete(world.actor, { id: clusterId, retainResources: ['vpc_none'] }),
    ).rejects.toThrow(/NOT_FOUND/);
    await drop(
      clusterId,
      keep.map(({ id }) => id),
    );
    const after = await usage();
    expect(after).toEqual({ vpcs: before.vpcs + 1, eips: before.eips + 1, balancers: before.balancers + 1 });
    const vpcId = keep[0]!.id;
    const { vpc } = await run<{ vpc: object }>(
      'query ($id: ID!) { vpc(id: $id) { creator vSwitches { id } securityGroups { id creator } } }',
      { id: vpcId },
    );
    expect(vpc).toEqual({
      creator: 'USER',
      vSwitches: [],
      securityGroups: [{ id: keep[1]!.id, creator: 'USER' }],
    });
    for (const { id } of [...keep].reverse()) {
      const query = `mutation ($id: ID!) { answer: deleteNetworkPart(input: { id: $id }) { deletedId userErrors { message } } }`;
      expect(await run(query, { id })).toEqual({ answer: { deletedId: id, userErrors: [] } });
    }
    expect(await usage()).toEqual(before);
  });
});

async function usage() {
  return {
    vpcs: await world.used('vpcs'),
    eips: await world.used('eips'),
    balancers: await world.used('load-balancers'),
  };
}

test('nodes are spread over the zones of the vSwitches, and the zone of each is shown', async () => {
  const { clusterId } = await runningCluster(6);
  const nodes = (await run<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
  const zones = Map.groupBy(nodes, ({ zone }) => zone.id);
  expect([...zones].map(([zone, some]) => [zone, some.length]).sort()).toEqual([
    ['cn-hangzhou-a', 2],
    ['cn-hangzhou-b', 2],
    ['cn-hangzhou-c', 2],
  ]);
  const { core } = await api(clusterId);
  const labels = (await core.listNode()).items.map(({ metadata }) => [
    metadata?.name,
    metadata?.labels?.['topology.kubernetes.io/zone'],
  ]);
  expect(new Map(labels as [string, string][])).toEqual(
    new Map(nodes.map(({ name, zone }) => [name, zone.id])),
  );
});
