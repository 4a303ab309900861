import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitForOperation, NODE_TYPE, requestCluster } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { type NetworkWithEngine, openNetworkWithEngine } from './network-with-engine.js';

let setup: NetworkWithEngine;
beforeAll(async () => {
  setup = await openNetworkWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

async function deploy(clusterId: string, replicas: number): Promise<void> {
  const { apps } = await setup.api(clusterId);
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
  const { core } = await setup.api(clusterId);
  return (
    await core.listNamespacedPod({ namespace: 'default', ...(selector && { labelSelector: selector }) })
  ).items;
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
  test('are limited with Flannel by the addresses of its part of the pod CIDR', async () => {
    const { clusterId } = await setup.runningCluster(1, { network: { nodeCidrMask: 28 } });
    const [node] = (await setup.ask<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
    const { core } = await setup.api(clusterId);
    const observed = await core.readNode({ name: node!.name });
    expect([node!.maxPods, observed.status?.allocatable?.['pods']]).toEqual([16, '16']);
    const { podCidr } = await setup.networkOf(clusterId);
    expect(observed.spec?.podCIDR).toBe(podCidr?.replace(/\/\d+$/, '/28'));
    await deploy(clusterId, 20);
    const bound = await eventually(async () => {
      const all = (await core.listPodForAllNamespaces()).items;
      const placed = all.filter(({ spec }) => spec?.nodeName).length;
      return all.length >= 20 && placed >= 16 && { placed, waiting: all.length - placed };
    });
    expect(bound.placed).toBe(16);
    expect(bound.waiting).toBeGreaterThan(0);
  });

  test('are limited with Terway by the addresses of its network interfaces, and have addresses of the vSwitch', async () => {
    const { clusterId } = await setup.runningCluster(1, { networkPlugin: 'TERWAY' });
    const [node] = (await setup.ask<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
    const { core } = await setup.api(clusterId);
    // ecs.g6.xlarge: 3 interfaces of 10 addresses, one of them the primary one.
    const observed = await core.readNode({ name: node!.name });
    expect([node!.maxPods, observed.status?.allocatable?.['pods']]).toEqual([20, '20']);
    await deploy(clusterId, 3);
    const pods = await eventually(async () => {
      const all = await podsOf(clusterId, 'app=many');
      return all.length === 3 && all.every(({ status }) => status?.podIP) && all;
    });
    for (const { status } of pods) expect(status?.podIP).toMatch(/^192\.168\./);
    expect(new Set(pods.map(({ status }) => status?.podIP)).size).toBe(3);
    const { vpcId, securityGroupId } = await setup.networkOf(clusterId);
    expect(await setup.world.used('ips-per-security-group', securityGroupId)).toBe(21);
    expect(await setup.world.used('secondary-enis')).toBe(2);
    expect(await setup.world.used('private-ips-per-vpc', vpcId)).toBeGreaterThanOrEqual(21);
    // The scheduler respects the same limit.
    const { apps } = await setup.api(clusterId);
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

  test('a node lists its components with versions and states', async () => {
    const { clusterId } = await setup.runningCluster(1);
    const node = await eventually(async () => {
      const [found] = (await setup.ask<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
      return found?.components.every(({ status }) => status === 'RUNNING') && found;
    });
    expect(node.components).toEqual([
      { name: 'kubelet', version: '1.34.3', status: 'RUNNING' },
      { name: 'kube-proxy', version: '1.34.3', status: 'RUNNING' },
      { name: 'containerd', version: '1.6.36', status: 'RUNNING' },
      { name: 'flannel', version: '0.22.0', status: 'RUNNING' },
    ]);
    const [instance] = await setup.world.platform.provider.instances(clusterId);
    const power = { on: false, fault: 'KUBELET' };
    await setup.world.cloud('PUT', `/clusters/${clusterId}/instances/${instance!.id}/power`, power);
    const silent = await eventually(async () => {
      const [found] = (await setup.ask<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
      return found?.components.every(({ status }) => status !== 'RUNNING') && found;
    });
    // Only the kubelet reports the other components, and it does not respond.
    expect(silent.components.map(({ status }) => status)).toEqual([
      'NOT_READY',
      'UNKNOWN',
      'UNKNOWN',
      'UNKNOWN',
    ]);
    const { core } = await setup.api(clusterId);
    await core.deleteNode({ name: node!.name });
    const [unknown] = (await setup.ask<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
    expect(unknown?.components.map(({ version, status }) => [version, status])).toEqual(
      Array(4).fill([null, 'UNKNOWN']),
    );
  });

  test('a master lists the components of the control plane, too', async () => {
    const { clusterId } = await setup.runningCluster(0, {
      type: 'KUBERNETES',
      spec: null,
      nodePools: [{ name: 'workers', instanceTypes: [NODE_TYPE] }],
    });
    const masters = await eventually(async () => {
      const all = (await setup.ask<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
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

describe('nodes beyond the capacity of a network', () => {
  test('Flannel uses a route per node: 48 of 50 nodes are created, the others after the quota is raised', async () => {
    const { clusterId, poolId, operationId } = await requestCluster(setup.world, 50, {
      regionId: 'cn-beijing',
    });
    const operation = await waitForOperation(setup.world, operationId);
    expect(operation).toMatchObject({ state: 'PARTIAL', created: 48, failed: 2 });
    expect(operation.failures).toMatchObject([
      { code: 'QUOTA_EXCEEDED', message: expect.stringContaining('custom-routes-per-route-table') },
      { code: 'QUOTA_EXCEEDED' },
    ]);
    const { vpcId } = await setup.networkOf(clusterId);
    expect(await setup.world.used('custom-routes-per-route-table', vpcId)).toBe(48);
    expect(await setup.world.used('payg-vcpu')).toBe(
      (await setup.world.prisma.node.findMany()).reduce((sum, { vcpus }) => sum + vcpus, 0),
    );
    await setup.world.limit('custom-routes-per-route-table', 100, vpcId);
    const again = await setup.world.pools.scale(setup.world.actor, { nodePoolId: poolId, desiredSize: 50 });
    expect(await waitForOperation(setup.world, again.operation!.id)).toMatchObject({
      state: 'SUCCEEDED',
      created: 2,
    });
    expect(await setup.world.used('custom-routes-per-route-table', vpcId)).toBe(50);
    const fewer = await setup.world.pools.scale(setup.world.actor, { nodePoolId: poolId, desiredSize: 1 });
    expect(await waitForOperation(setup.world, fewer.operation!.id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await setup.world.used('custom-routes-per-route-table', vpcId)).toBe(1);
  });

  test('an exhausted pod CIDR rejects nodes with IP_NOT_AVAILABLE', async () => {
    const network = { podCidr: '10.200.0.0/24', nodeCidrMask: 26 };
    const { operationId } = await requestCluster(setup.world, 6, { network });
    const operation = await waitForOperation(setup.world, operationId);
    expect(operation).toMatchObject({ state: 'PARTIAL', created: 4, failed: 2 });
    expect(operation.failures).toMatchObject([{ code: 'IP_NOT_AVAILABLE' }, { code: 'IP_NOT_AVAILABLE' }]);
  });

  test('a full vSwitch rejects nodes and pods of Terway with IP_NOT_AVAILABLE', async () => {
    const vpcId = await createResource('createVpc', 'CreateVpcInput', 'vpc', {
      ...{ name: 'small', regionId: 'cn-hangzhou', cidr: '172.31.0.0/24' },
    });
    const vSwitchId = await createResource('createVSwitch', 'CreateVSwitchInput', 'vSwitch', {
      ...{ vpcId, zoneId: 'cn-hangzhou-b', name: 'tiny', cidr: '172.31.0.0/28' },
    });
    const request = { networkPlugin: 'TERWAY', network: { vpcId, vSwitchIds: [vSwitchId] } };
    // The cloud reserves 4 of 16 addresses, and CoreDNS uses 2.
    const { clusterId, poolId } = await setup.runningCluster(2, request);
    await deploy(clusterId, 12);
    const { core } = await setup.api(clusterId);
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
    const more = await setup.world.pools.scale(setup.world.actor, { nodePoolId: poolId, desiredSize: 3 });
    const operation = await waitForOperation(setup.world, more.operation!.id);
    expect(operation).toMatchObject({ state: 'FAILED', created: 0, failed: 1 });
    expect(operation.failures).toMatchObject([{ code: 'IP_NOT_AVAILABLE' }]);
    const pods = await podsOf(clusterId);
    const addresses = pods.flatMap(({ status }) => status?.podIP ?? []);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(pods.length - addresses.length).toBeGreaterThan(0);
  });

  test('a full security group rejects nodes with IP_NOT_AVAILABLE', async () => {
    await setup.world.limit('ips-per-security-group', 2);
    try {
      const { operationId } = await requestCluster(setup.world, 3);
      const operation = await waitForOperation(setup.world, operationId);
      expect(operation).toMatchObject({ state: 'PARTIAL', created: 2, failed: 1 });
      expect(operation.failures).toMatchObject([{ code: 'IP_NOT_AVAILABLE' }]);
    } finally {
      await setup.world.limit('ips-per-security-group', 2000);
    }
  });
});

async function createResource(
  name: string,
  inputType: string,
  field: string,
  input: object,
): Promise<string> {
  const query = `mutation ($input: ${inputType}!) { payload: ${name}(input: $input) { made: ${field} { id } userErrors { message } } }`;
  const { payload } = await setup.ask<{ payload: { made: { id: string } | null; userErrors: object[] } }>(
    query,
    {
      input,
    },
  );
  expect(payload.userErrors).toEqual([]);
  return payload.made!.id;
}

test('nodes are spread over the zones of the vSwitches, and show their zone', async () => {
  const { clusterId } = await setup.runningCluster(6);
  const nodes = (await setup.ask<Nodes>(NODES, { id: clusterId })).cluster.nodes.nodes;
  const zones = Map.groupBy(nodes, ({ zone }) => zone.id);
  expect([...zones].map(([zone, some]) => [zone, some.length]).sort()).toEqual([
    ['cn-hangzhou-a', 2],
    ['cn-hangzhou-b', 2],
    ['cn-hangzhou-c', 2],
  ]);
  const { core } = await setup.api(clusterId);
  const labels = (await core.listNode()).items.map(({ metadata }) => [
    metadata?.name,
    metadata?.labels?.['topology.kubernetes.io/zone'],
  ]);
  expect(new Map(labels as [string, string][])).toEqual(
    new Map(nodes.map(({ name, zone }) => [name, zone.id])),
  );
});
