import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROTECTED_PATHS } from '../../../kernel/kubernetes/protected-paths.js';
import { nodeImages } from '../../../subgraphs/clusters/model/node-image.js';
import { openPoolsWithEngine, type PoolsWithEngine } from './pools-with-engine.js';
import { masterCredentials } from '../../kit/client-tokens.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

let setup: PoolsWithEngine;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

const WINDOWS = 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20220516.vhd';
const nodeImageOf = (architecture: string) =>
  [...nodeImages.values()].find((image) => image.architecture === architecture)?.id;
const CENTOS_8 = 'centos_8_5_x64_20G_alibase_20220425.vhd';

const kubernetesNode = async (cluster: string, name: string) => {
  const credentials = await setup.world.platform.provider.credentials(cluster, masterCredentials('operator'));
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const config = kubeConfigOf({ ...credentials, clusterId: cluster, account: 'acme' });
  return config.makeApiClient(CoreV1Api).readNode({ name });
};

describe('settings of node pools', () => {
  test('each pool of a cluster has its own zones, image, disks, labels and taints, which its nodes have', async () => {
    const settings = {
      labels: { tier: 'batch' },
      taints: [{ key: 'batch', value: 'yes', effect: 'NO_SCHEDULE' }],
      instanceConfig: {
        imageId: WINDOWS,
        zoneIds: ['cn-hangzhou-c'],
        systemDisk: { category: 'CLOUD_SSD', sizeGiB: 200 },
        dataDisks: [{ category: 'CLOUD_EFFICIENCY', sizeGiB: 500, mountTarget: '/data' }],
      },
    };
    const { id, pools } = await setup.cluster([{ name: 'plain' }, { name: 'windows', ...settings }]);
    const [plain, windows] = await Promise.all(pools.map((pool) => setup.pool(pool)));
    expect(plain).toMatchObject({ isDefault: true, labels: {}, taints: [], instanceConfig: { zoneIds: [] } });
    expect(windows).toMatchObject({
      isDefault: false,
      ...settings,
      nodes: { nodes: [{ zone: { id: 'cn-hangzhou-c' } }] },
    });
    const node = await kubernetesNode(id, windows?.nodes.nodes[0]?.name ?? '');
    expect(node.metadata?.labels).toMatchObject({ tier: 'batch', 'kubernetes.io/os': 'windows' });
    expect(node.spec?.taints).toEqual([{ key: 'batch', value: 'yes', effect: 'NoSchedule' }]);
    expect(node.status?.nodeInfo?.osImage).toContain('Windows Server 2019');
  });

  test('a change of labels and taints is applied to existing nodes and keeps those set by others', async () => {
    const before = { labels: { a: '1', b: '1' }, taints: [{ key: 'old', effect: 'NO_SCHEDULE' }] };
    const { id, pools } = await setup.cluster([{ name: 'a', ...before }]);
    const pool = pools[0] ?? '';
    const [node] = (await setup.pool(pool)).nodes.nodes;
    const { resourceVersion } = (await setup.pool(pool)) as unknown as { resourceVersion: string };
    await setup.carried('updateNodePool', {
      id: pool,
      name: 'renamed',
      resourceVersion,
      labels: { b: '2' },
      taints: [{ key: 'new', effect: 'PREFER_NO_SCHEDULE' }],
    });
    const found = await kubernetesNode(id, node?.name ?? '');
    expect(found.metadata?.labels).toMatchObject({ b: '2', 'kubernetes.io/hostname': node?.name });
    expect(found.metadata?.labels).not.toHaveProperty('a');
    expect(found.spec?.taints).toEqual([{ key: 'new', effect: 'PreferNoSchedule' }]);
    expect(await setup.pool(pool)).toMatchObject({ name: 'renamed', state: 'ACTIVE', labels: { b: '2' } });
    expect(await setup.rejected('updateNodePool', { id: pool, name: 'x', resourceVersion })).toEqual([
      ['CONFLICT', 'resourceVersion'],
    ]);
  });

  test('new instance types apply to nodes created afterwards; types below the minimum size are rejected', async () => {
    const { pools } = await setup.cluster([{ name: 'a' }]);
    const pool = pools[0] ?? '';
    expect(await setup.rejected('updateNodePool', { id: pool, instanceTypes: ['ecs.g6.large'] })).toEqual([
      ['INSTANCE_TYPE_TOO_SMALL', 'instanceTypes.0'],
    ]);
    await setup.carried('updateNodePool', { id: pool, instanceTypes: ['ecs.c6.xlarge'] });
    await setup.carried('scaleNodePool', { nodePoolId: pool, desiredSize: 2 });
    const types = (await setup.pool(pool)).nodes.nodes.map(
      (node) => (node as unknown as { instanceType: { id: string } }).instanceType.id,
    );
    expect(types.sort()).toEqual(['ecs.c6.xlarge', 'ecs.g6.xlarge']);
  });

  test('a pool with an image rejects instance types that cannot run it', async () => {
    const { id, pools } = await setup.cluster([
      { name: 'a', instanceConfig: { imageId: WINDOWS } },
      { name: 'b' },
    ]);
    const [windows = '', usual = ''] = pools;
    const ARM = ['ecs.g6r.xlarge'];
    const rejected = [['INVALID_INPUT', 'instanceTypes']];
    expect(await setup.rejected('updateNodePool', { id: windows, instanceTypes: ARM })).toEqual(rejected);
    const scaling = { id, instanceTypes: ARM, nodePoolIds: [windows] };
    expect(await setup.rejected('scaleClusterVertically', scaling)).toEqual(rejected);
    expect(
      await setup.rejected('scaleClusterVertically', {
        ...scaling,
        instanceTypes: [...ARM, 'ecs.g6.xlarge'],
      }),
    ).toEqual(rejected);
    const arm = nodeImageOf('arm64');
    await setup.carried('updateNodePool', {
      id: windows,
      instanceTypes: ARM,
      instanceConfig: { imageId: arm },
    });
    // A pool without an image gets the default image of its instance types.
    await setup.carried('updateNodePool', { id: usual, instanceTypes: ARM });
    for (const pool of pools) {
      expect(await setup.pool(pool)).toMatchObject({ instanceConfig: { imageId: arm } });
      await setup.carried('scaleNodePool', { nodePoolId: pool, desiredSize: 2 });
      const newest = (await setup.pool(pool)).nodes.nodes.at(-1);
      const { status } = await kubernetesNode(id, newest?.name ?? '');
      expect(status?.nodeInfo).toMatchObject({ architecture: 'arm64', operatingSystem: 'linux' });
    }
  });

  test('instances get the user data of their pool; a script with a Kubernetes directory is rejected', async () => {
    const userData = '#!/bin/sh\nsysctl -w vm.max_map_count=262144\n';
    const { id, pools } = await setup.cluster([{ name: 'a', instanceConfig: { userData } }]);
    const [pool = ''] = pools;
    const scripts = async () => {
      type Instances = { instances: { userData?: string }[] };
      const { instances } = await setup.cloud<Instances>('GET', `/clusters/${id}/instances`);
      return instances.map((instance) => instance.userData);
    };
    expect(await scripts()).toEqual([userData]);
    const query = 'query ($id: ID!) { nodePool(id: $id) { instanceConfig { userData } } }';
    expect(await setup.run(query, { id: pool })).toEqual({ nodePool: { instanceConfig: { userData } } });
    const at = [['PROTECTED_PATH', 'instanceConfig.userData']];
    for (const path of PROTECTED_PATHS) {
      const instanceConfig = { userData: `#!/bin/sh\nmv ${path}/x /data\n` };
      expect(await setup.rejected('updateNodePool', { id: pool, instanceConfig })).toEqual(at);
      const another = { clusterId: id, name: 'b', instanceTypes: ['ecs.g6.xlarge'], instanceConfig };
      expect(await setup.rejected('createNodePool', another)).toEqual(at);
    }
    const tooLong = { id: pool, instanceConfig: { userData: 'x'.repeat(16_385) } };
    expect(await setup.rejected('updateNodePool', tooLong)).toEqual([
      ['INVALID_INPUT', 'instanceConfig.userData'],
    ]);
    await setup.carried('updateNodePool', { id: pool, instanceConfig: { userData: '' } });
    await setup.carried('scaleNodePool', { nodePoolId: pool, desiredSize: 2 });
    expect((await scripts()).sort()).toEqual([userData, undefined]);
  });

  test('rejects images that cannot run nodes, and disks on Kubernetes directories, each with its path', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a' }]);
    const instanceConfig = {
      imageId: CENTOS_8,
      systemDisk: { category: 'CLOUD_SSD', sizeGiB: 501 },
      dataDisks: [
        { category: 'CLOUD_SSD', sizeGiB: 39 },
        { category: 'CLOUD_SSD', sizeGiB: 40, mountTarget: '/var/lib/kubelet/pods' },
        { category: 'CLOUD_SSD', sizeGiB: 40, mountTarget: '/var/lib' },
      ],
    };
    const problems = [
      ['OS_NOT_SUPPORTED', 'instanceConfig.imageId'],
      ['INVALID_INPUT', 'instanceConfig.systemDisk.sizeGiB'],
      ['INVALID_INPUT', 'instanceConfig.dataDisks.0.sizeGiB'],
      ['PROTECTED_PATH', 'instanceConfig.dataDisks.1.mountTarget'],
      ['PROTECTED_PATH', 'instanceConfig.dataDisks.2.mountTarget'],
    ];
    const pool = { clusterId: id, name: 'b', instanceTypes: ['ecs.g6.xlarge'] };
    expect(await setup.rejected('createNodePool', { ...pool, instanceConfig })).toEqual(problems);
    expect(await setup.rejected('updateNodePool', { id: pools[0], instanceConfig })).toEqual(problems);
    const rejected = (more: Record<string, unknown>) =>
      setup.rejected('createNodePool', { ...pool, instanceConfig: more });
    expect(await rejected({ imageId: 'no-such-image' })).toEqual([
      ['UNKNOWN_IMAGE', 'instanceConfig.imageId'],
    ]);
    expect(await rejected({ zoneIds: ['cn-beijing-a'] })).toEqual([
      ['UNKNOWN_ZONE', 'instanceConfig.zoneIds.0'],
    ]);
    expect(await rejected({ vSwitchIds: ['vswitch_of_nobody'] })).toEqual([
      ['NOT_FOUND', 'instanceConfig.vSwitchIds.0'],
    ]);
  });

  test('vSwitches of the account determine the zones of a pool; those of another VPC or account are rejected', async () => {
    const { id } = await setup.cluster([{ name: 'a' }]);
    const { prisma } = setup.world;
    const { vpcId } = await prisma.clusterNetwork.findUniqueOrThrow({ where: { clusterId: id } });
    const vSwitch = (name: string, more: Record<string, string> = {}) =>
      prisma.vSwitch.create({
        data: {
          id: `${name}-${id}`,
          account: 'acme',
          vpcId,
          zoneId: 'cn-hangzhou-c',
          name,
          cidr: '10.255.0.0/28',
          creator: 'USER',
          createdAt: new Date(),
          ...more,
        },
      });
    const mine = await vSwitch('mine');
    const theirs = await vSwitch('theirs', { account: 'globex' });
    const elsewhere = await vSwitch('elsewhere', { vpcId: 'vpc_elsewhere' });
    const pool = { clusterId: id, name: 'b', instanceTypes: ['ecs.g6.xlarge'], desiredSize: 1 };
    const on = (vSwitchId: string) => ({ ...pool, instanceConfig: { vSwitchIds: [vSwitchId] } });
    expect(await setup.rejected('createNodePool', on(theirs.id))).toEqual([
      ['NOT_FOUND', 'instanceConfig.vSwitchIds.0'],
    ]);
    expect(await setup.rejected('createNodePool', on(elsewhere.id))).toEqual([
      ['NETWORK_MISMATCH', 'instanceConfig.vSwitchIds.0'],
    ]);
    const payload = await setup.mutate('createNodePool', on(mine.id));
    await setup.operation(payload.operation?.id ?? '');
    expect(await setup.pool(payload.nodePool?.id ?? '')).toMatchObject({
      instanceConfig: { zoneIds: ['cn-hangzhou-c'] },
      nodes: { nodes: [{ zone: { id: 'cn-hangzhou-c' } }] },
    });
    const cluster = { name: 'c', regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', spec: 'PRO' };
    const first = {
      name: 'b',
      instanceTypes: ['ecs.g6.xlarge'],
      instanceConfig: { vSwitchIds: [theirs.id] },
    };
    expect(await setup.rejected('createCluster', { ...cluster, nodePools: [first] })).toEqual([
      ['NOT_FOUND', 'nodePools.0.instanceConfig.vSwitchIds.0'],
    ]);
  });

  test('images of the cloud report whether they can run nodes', async () => {
    const query = `{ nodeImages { name osFamily osVersion supported } }`;
    const { nodeImages } = await setup.run<{ nodeImages: { name: string; supported: boolean }[] }>(query);
    expect(nodeImages.filter(({ supported }) => supported).map(({ name }) => name)).toEqual([
      'Alibaba Cloud Linux 2.1903 LTS 64-bit',
      'Alibaba Cloud Linux 2.1903 LTS 64-bit for ARM',
      'CentOS 7.6 64-bit',
      'CentOS 7.9 64-bit',
      'Windows Server 2019 Datacenter',
      'Windows Server Core, version 1809',
      'Windows Server Core, version 2004',
    ]);
    expect(nodeImages.length).toBeGreaterThan(7);
  });
});

describe('node pool with autoscaling enabled', () => {
  test('is not scaled manually until autoscaling is disabled, and nodes join or leave it only with acknowledgeRisk', async () => {
    const { pools } = await setup.cluster([{ name: 'system' }, { name: 'elastic' }]);
    const pool = pools[1] ?? '';
    await setup.carried('updateNodePool', {
      id: pool,
      autoscaling: { enabled: true, minSize: 1, maxSize: 3 },
    });
    expect(await setup.rejected('scaleNodePool', { nodePoolId: pool, desiredSize: 2 })).toEqual([
      ['INVALID_STATE', 'nodePoolId'],
    ]);
    const [node] = (await setup.pool(pool)).nodes.nodes;
    const removal = { nodePoolId: pool, nodeIds: [node?.id] };
    expect(await setup.rejected('removeNodes', removal)).toEqual([
      ['RISK_NOT_ACKNOWLEDGED', 'acknowledgeRisk'],
    ]);
    expect(await setup.rejected('removeNodes', { ...removal, acknowledgeRisk: true })).toEqual([
      ['INVALID_INPUT', 'nodeIds'],
    ]);
    const instance = { account: 'acme', zoneId: 'cn-hangzhou-b', instanceType: 'ecs.g6.xlarge' };
    const imageId = 'aliyun_2_1903_x64_20G_alibase_20220525.vhd';
    await setup.cloud('PUT', '/instances/i-elastic', { ...instance, imageId });
    const joining = { nodePoolId: pool, instanceIds: ['i-elastic'], mode: 'MANUAL' };
    expect(await setup.rejected('attachInstances', joining)).toEqual([
      ['RISK_NOT_ACKNOWLEDGED', 'acknowledgeRisk'],
    ]);
    await setup.carried('attachInstances', { ...joining, acknowledgeRisk: true });
    expect(await setup.pool(pool)).toMatchObject({ desiredSize: 2 });
    await setup.carried('removeNodes', { ...removal, acknowledgeRisk: true });
    expect(await setup.pool(pool)).toMatchObject({ desiredSize: 1 });
    await setup.carried('updateNodePool', {
      id: pool,
      autoscaling: { enabled: false, minSize: 1, maxSize: 3 },
    });
    await setup.carried('scaleNodePool', { nodePoolId: pool, desiredSize: 2 });
    expect(await setup.pool(pool)).toMatchObject({ desiredSize: 2, healthyNodes: 2 });
  });

  test('has nodes removed manually only to its minimum, also concurrently, and attached only to its maximum', async () => {
    const { pools } = await setup.cluster([
      { name: 'system', desiredSize: 3 },
      { name: 'elastic', desiredSize: 2, autoscaling: { enabled: true, minSize: 1, maxSize: 2 } },
    ]);
    const [system = '', elastic = ''] = pools;
    const both = (await setup.pool(elastic)).nodes.nodes;
    const acknowledgeRisk = true;
    const removals = await Promise.all(
      both.map(({ id }) =>
        setup.mutate('removeNodes', { nodePoolId: elastic, nodeIds: [id], acknowledgeRisk }),
      ),
    );
    const begun = removals.flatMap(({ operation }) => operation ?? []);
    expect(begun).toHaveLength(1);
    await setup.operation(begun[0]?.id ?? '');
    const [removed, ...others] = (await setup.pool(elastic)).nodes.nodes;
    expect(others).toEqual([]);
    const last = { nodePoolId: elastic, nodeIds: [removed?.id], acknowledgeRisk };
    expect(await setup.rejected('removeNodes', last)).toEqual([['INVALID_INPUT', 'nodeIds']]);

    const leaving = (await setup.pool(system)).nodes.nodes.slice(0, 2);
    const nodeIds = leaving.map(({ id }) => id);
    await setup.carried('removeNodes', { nodePoolId: system, nodeIds, release: false });
    const instanceIds = leaving.map(({ instanceId }) => instanceId);
    const joining = { nodePoolId: elastic, instanceIds, mode: 'MANUAL', acknowledgeRisk };
    const { state, result } = await setup.carried('attachInstances', joining);
    expect({ state, ...result }).toMatchObject({
      state: 'PARTIAL',
      requested: 2,
      created: 1,
      failed: 1,
      failures: [{ code: 'SCALING_GROUP_FULL' }],
    });
    expect(await setup.pool(elastic)).toMatchObject({ desiredSize: 2, healthyNodes: 2 });
  });

  test('requires an acknowledgement to enable autoscaling for the pool with the system components', async () => {
    const autoscaling = { enabled: true, minSize: 1, maxSize: 3 };
    const pool = { name: 'system', instanceTypes: ['ecs.g6.xlarge'], autoscaling };
    const cluster = { name: 'risky', regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', spec: 'PRO' };
    expect(await setup.rejected('createCluster', { ...cluster, nodePools: [pool] })).toEqual([
      ['RISK_NOT_ACKNOWLEDGED', 'nodePools.0.autoscaling'],
    ]);
    const { pools } = await setup.cluster([{ name: 'system' }, { name: 'other' }]);
    expect(await setup.rejected('updateNodePool', { id: pools[0], autoscaling })).toEqual([
      ['RISK_NOT_ACKNOWLEDGED', 'autoscaling'],
    ]);
    await setup.carried('updateNodePool', { id: pools[0], autoscaling, acknowledgeRisk: true });
    await setup.carried('updateNodePool', { id: pools[1], autoscaling });
    expect(await setup.pool(pools[0] ?? '')).toMatchObject({ isDefault: true, autoscaling });
  });

  test('becomes the pool of the system components only if no other pool is left and the risk is acknowledged', async () => {
    const autoscaling = { enabled: true, minSize: 1, maxSize: 3 };
    const { pools } = await setup.cluster([
      { name: 'first' },
      { name: 'elastic', autoscaling },
      { name: 'plain' },
    ]);
    const [first, elastic, plain] = pools;
    await setup.carried('deleteNodePool', { id: first });
    expect(await setup.pool(elastic ?? '')).toMatchObject({ isDefault: false });
    expect(await setup.pool(plain ?? '')).toMatchObject({ isDefault: true });
    expect(await setup.rejected('deleteNodePool', { id: plain })).toEqual([
      ['RISK_NOT_ACKNOWLEDGED', 'acknowledgeRisk'],
    ]);
    expect(await setup.pool(plain ?? '')).toMatchObject({ state: 'ACTIVE', isDefault: true });
    await setup.carried('deleteNodePool', { id: plain, acknowledgeRisk: true });
    expect(await setup.pool(elastic ?? '')).toMatchObject({ isDefault: true });
  });

  test('exactly one pool is the default at any time while the default pool is deleted', async () => {
    const { id, pools } = await setup.cluster([{ name: 'first' }, { name: 'second' }]);
    const [first = '', second = ''] = pools;
    const { operation } = await setup.mutate('deleteNodePool', { id: first });
    const remaining = await setup.world.prisma.nodePool.findMany({ where: { clusterId: id } });
    expect(remaining.filter(({ isDefault }) => isDefault).map((pool) => pool.id)).toEqual([second]);
    await setup.operation(operation?.id ?? '');
  });

  test('virtual nodes never run the system components, and a pool with autoscaling only with an acknowledgement', async () => {
    const autoscaling = { enabled: true, minSize: 1, maxSize: 3 };
    const virtual = { name: 'virtual', instanceTypes: ['eci.virtual-node'] };
    const elastic = { name: 'elastic', instanceTypes: ['ecs.g6.xlarge'], autoscaling };
    const cluster = { name: 'burst', regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', spec: 'PRO' };
    expect(await setup.rejected('createCluster', { ...cluster, nodePools: [virtual, elastic] })).toEqual([
      ['RISK_NOT_ACKNOWLEDGED', 'nodePools.1.autoscaling'],
    ]);
    const { id, pools } = await setup.cluster([virtual]);
    expect(await setup.pool(pools[0] ?? '')).toMatchObject({ isDefault: false });
    const inCluster = { ...elastic, clusterId: id };
    expect(await setup.rejected('createNodePool', inCluster)).toEqual([
      ['RISK_NOT_ACKNOWLEDGED', 'autoscaling'],
    ]);
    const plain = { clusterId: id, name: 'plain', instanceTypes: ['ecs.g6.xlarge'], desiredSize: 1 };
    const { nodePool, operation } = await setup.mutate('createNodePool', plain);
    await setup.operation(operation?.id ?? '');
    await setup.carried('createNodePool', inCluster);
    expect(await setup.rejected('deleteNodePool', { id: nodePool?.id })).toEqual([
      ['RISK_NOT_ACKNOWLEDGED', 'acknowledgeRisk'],
    ]);
  });

  test('the oldest remaining pool becomes the default when the default pool is deleted', async () => {
    const autoscaling = { enabled: true, minSize: 1, maxSize: 3 };
    const { id, pools } = await setup.cluster([{ name: 'first' }, { name: 'second' }, { name: 'third' }]);
    await setup.carried('deleteNodePool', { id: pools[0] });
    const remaining = await Promise.all(pools.slice(1).map((pool) => setup.pool(pool)));
    expect(remaining).toMatchObject([{ isDefault: true }, { isDefault: false }]);
    expect(await setup.rejected('updateNodePool', { id: pools[1], autoscaling })).toEqual([
      ['RISK_NOT_ACKNOWLEDGED', 'autoscaling'],
    ]);
    for (const pool of pools.slice(1)) await setup.carried('deleteNodePool', { id: pool });
    const again = { clusterId: id, name: 'again', instanceTypes: ['ecs.g6.xlarge'], autoscaling };
    expect(await setup.rejected('createNodePool', again)).toEqual([['RISK_NOT_ACKNOWLEDGED', 'autoscaling']]);
    const { nodePool } = await setup.mutate('createNodePool', { ...again, acknowledgeRisk: true });
    expect(nodePool).toMatchObject({ isDefault: true });
  });
});
