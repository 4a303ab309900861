import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPoolsWithEngine, type PoolsWithEngine, type NodeView } from './pools-with-engine.js';

let setup: PoolsWithEngine;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

const ALIYUN_2 = 'aliyun_2_1903_x64_20G_alibase_20220525.vhd';
const CENTOS_8 = 'centos_8_5_x64_20G_alibase_20220425.vhd';
const FILES = ['/root/notes.txt'];

/** An instance that was created in the cloud's console. */
const instance = (id: string, more: Record<string, unknown> = {}) =>
  setup.cloud('PUT', `/instances/${id}`, {
    account: 'acme',
    zoneId: 'cn-hangzhou-b',
    instanceType: 'ecs.g6.xlarge',
    imageId: ALIYUN_2,
    files: FILES,
    ...more,
  });

const listed = async (filter: Record<string, unknown>, account = 'acme') => {
  const query = `query ($filter: InstanceFilter) { instances(filter: $filter) { totalCount nodes {
    id origin chargeType releasable formerClusterId instanceType { id vcpus } zone { id } } } }`;
  return (await setup.run<{ instances: { nodes: { id: string }[] } }>(query, { filter }, account)).instances
    .nodes;
};

/** Number of the cluster's instances that the account pays for: failed ones cost nothing. */
async function runningMachines(clusterId: string): Promise<number> {
  return (await setup.world.platform.provider.instances(clusterId)).filter(({ state }) => state !== 'FAILED')
    .length;
}

async function origins(nodePoolId: string): Promise<string[]> {
  const { nodes } = (await setup.pool(nodePoolId)).nodes;
  return nodes.map(({ origin }) => origin).sort();
}

describe('existing instances', () => {
  test('instances of the account join a pool; each rejected one has a reason', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a' }]);
    const pool = pools[0] ?? '';
    await instance('i-good');
    await instance('i-small', { instanceType: 'ecs.g6.large' });
    await instance('i-old', { imageId: CENTOS_8 });
    await instance('i-far', { zoneId: 'cn-beijing-a' });
    await instance('i-theirs', { account: 'globex' });
    await instance('i-arm', {
      instanceType: 'ecs.g6r.xlarge',
      imageId: 'aliyun_2_1903_arm64_20G_alibase_20220525.vhd',
    });
    // 16 vCPUs are more than a pay-as-you-go instance may have.
    await instance('i-large', { instanceType: 'ecs.g6.4xlarge' });
    await instance('i-gpu', { instanceType: 'ecs.gn6i-c4g1.xlarge' });
    await instance('i-stopped', { state: 'STOPPED' });
    await instance('i-elsewhere', { vpcId: 'vpc-other' });
    const instanceIds = [
      ...['i-good', 'i-small', 'i-old', 'i-far', 'i-theirs', 'i-arm', 'i-none', 'i-large'],
      ...['i-gpu', 'i-stopped', 'i-elsewhere'],
    ];
    const { state, result } = await setup.carried('attachInstances', {
      nodePoolId: pool,
      instanceIds,
      mode: 'MANUAL',
    });
    expect(state).toBe('PARTIAL');
    expect(result).toMatchObject({ requested: 11, created: 1, failed: 10 });
    expect(result?.failures.map(({ code }) => code)).toEqual([
      'INSTANCE_TYPE_TOO_SMALL',
      'OS_NOT_SUPPORTED',
      'INSTANCE_NOT_ATTACHABLE',
      'NOT_FOUND',
      'INSTANCE_NOT_ATTACHABLE',
      'NOT_FOUND',
      'QUOTA_EXCEEDED',
      'INSTANCE_NOT_ATTACHABLE',
      'INSTANCE_NOT_ATTACHABLE',
      'NETWORK_MISMATCH',
    ]);
    const view = await setup.pool(pool);
    expect(view).toMatchObject({ state: 'ACTIVE', desiredSize: 2, healthyNodes: 2 });
    expect(view.nodes.nodes.find(({ instanceId }) => instanceId === 'i-good')).toMatchObject({
      origin: 'ATTACHED',
    });
    const [joined] = (await setup.instancesOf(id)).filter(({ providerId }) => providerId === 'i-good');
    expect(joined?.systemDisk.files).toEqual(FILES);
    expect(await listed({ ids: ['i-good'] })).toEqual([]);
  });

  test('a sandboxed pool accepts only bare-metal instances, and a pool of virtual nodes none', async () => {
    await setup.world.limit('payg-max-vcpu-per-instance', 128);
    const { pools } = await setup.cluster(
      [
        { name: 'runv', instanceTypes: ['ecs.ebmg5s.24xlarge'], runtime: 'SANDBOXED_CONTAINER_RUNV' },
        { name: 'virtual', instanceTypes: ['eci.virtual-node'] },
      ],
      { capability: 'SANDBOX' },
    );
    await instance('i-virtual-instance');
    await instance('i-metal', { instanceType: 'ecs.ebmg6.26xlarge' });
    const request = { nodePoolId: pools[0], instanceIds: ['i-virtual-instance', 'i-metal'], mode: 'MANUAL' };
    const { state, result } = await setup.carried('attachInstances', request);
    expect(state).toBe('PARTIAL');
    expect(result).toMatchObject({ created: 1, failures: [{ code: 'INSTANCE_TYPE_NOT_ALLOWED' }] });
    expect(result?.failures[0]?.message).toContain('i-virtual-instance');
    expect(
      await setup.rejected('attachInstances', {
        ...request,
        nodePoolId: pools[1],
        instanceIds: ['i-virtual-instance'],
      }),
    ).toEqual([['INSTANCE_NOT_ATTACHABLE', 'instanceIds.0']]);
    await setup.world.limit('payg-max-vcpu-per-instance', 15);
  });

  test('fill a pool below its desired size without the creation of instances', async () => {
    const { pools } = await setup.cluster([{ name: 'a' }]);
    const nodePoolId = pools[0] ?? '';
    await setup.world.settings({ failureRate: 1 });
    const short = await setup.carried('scaleNodePool', { nodePoolId, desiredSize: 2 });
    await setup.world.settings({ failureRate: 0 });
    expect(short).toMatchObject({ state: 'FAILED', result: { requested: 1, created: 0, failed: 1 } });
    await instance('i-counted');
    const request = { nodePoolId, instanceIds: ['i-counted'], mode: 'MANUAL' };
    expect(await setup.carried('attachInstances', request)).toMatchObject({
      state: 'SUCCEEDED',
      result: { requested: 1, created: 1, failed: 0 },
    });
    // The attached instance replaced the failed one.
    expect(await setup.pool(nodePoolId)).toMatchObject({ desiredSize: 2, healthyNodes: 2, failedNodes: 0 });
    expect(await origins(nodePoolId)).toEqual(['ATTACHED', 'SCALING_GROUP']);
    await instance('i-one-more');
    await setup.carried('attachInstances', { ...request, instanceIds: ['i-one-more'] });
    expect(await setup.pool(nodePoolId)).toMatchObject({ desiredSize: 3, healthyNodes: 3 });
    expect(await origins(nodePoolId)).toEqual(['ATTACHED', 'ATTACHED', 'SCALING_GROUP']);
  });

  test('leave the other missing nodes of the pool failed until it is scaled', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a' }]);
    const nodePoolId = pools[0] ?? '';
    await setup.world.settings({ failureRate: 1 });
    await setup.carried('scaleNodePool', { nodePoolId, desiredSize: 3 });
    await setup.world.settings({ failureRate: 0 });
    await instance('i-one-of-two');
    const request = { nodePoolId, instanceIds: ['i-one-of-two'], mode: 'MANUAL' };
    expect(await setup.carried('attachInstances', request)).toMatchObject({
      state: 'SUCCEEDED',
      result: { requested: 1, created: 1, failed: 0 },
    });
    expect(await setup.pool(nodePoolId)).toMatchObject({ desiredSize: 3, healthyNodes: 2, failedNodes: 1 });
    expect(await runningMachines(id)).toBe(2);
    const [, node] = (await setup.pool(nodePoolId)).nodes.nodes.filter(({ state }) => state === 'running');
    expect(await setup.carried('removeNodes', { nodePoolId, nodeIds: [node?.id] })).toMatchObject({
      state: 'SUCCEEDED',
    });
    expect(await setup.pool(nodePoolId)).toMatchObject({ desiredSize: 2, healthyNodes: 1, failedNodes: 1 });
    expect(await runningMachines(id)).toBe(1);
    await setup.carried('scaleNodePool', { nodePoolId, desiredSize: 2 });
    expect(await setup.pool(nodePoolId)).toMatchObject({ desiredSize: 2, healthyNodes: 2, failedNodes: 0 });
  });

  test('an instance that was removed from a cluster can join another one of the same VPC only', async () => {
    const vpc = `mutation ($input: CreateVpcInput!) { made: createVpc(input: $input) { vpc { id } } }`;
    const input = { name: 'other', regionId: 'cn-hangzhou', cidr: '172.30.0.0/16' };
    const { made } = await setup.run<{ made: { vpc: { id: string } } }>(vpc, { input });
    const vSwitch = `mutation ($input: CreateVSwitchInput!) { made: createVSwitch(input: $input) { vSwitch { id } userErrors { code message } } }`;
    const inZone = { vpcId: made.vpc.id, zoneId: 'cn-hangzhou-b', cidr: '172.30.0.0/20', name: 'b' };
    const { made: place } = await setup.run<{ made: { vSwitch: { id: string } } }>(vSwitch, {
      input: inZone,
    });
    const other = await setup.cluster([{ name: 'a' }], {
      network: { vpcId: made.vpc.id, vSwitchIds: [place.vSwitch.id] },
    });
    const [node] = (await setup.pool(other.pools[0] ?? '')).nodes.nodes as [NodeView];
    await setup.carried('removeNodes', { nodePoolId: other.pools[0], nodeIds: [node.id], release: false });
    const { pools } = await setup.cluster([{ name: 'a' }]);
    const request = { instanceIds: [node.instanceId], mode: 'MANUAL' };
    expect(await setup.rejected('attachInstances', { ...request, nodePoolId: pools[0] })).toEqual([
      ['NETWORK_MISMATCH', 'instanceIds.0'],
    ]);
    // Its image is the default of pools without an image, so it can be attached again without a reset.
    const back = await setup.carried('attachInstances', { ...request, nodePoolId: other.pools[0] });
    expect(back.state).toBe('SUCCEEDED');
  });

  test('are resources of the account among the resources of the cluster, and remain after its deletion', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a' }]);
    await instance('i-stays');
    const request = { nodePoolId: pools[0], instanceIds: ['i-stays'], mode: 'MANUAL' };
    await setup.carried('attachInstances', request);
    const query = `query ($id: ID!) { cluster(id: $id) { resources(first: 100) { nodes {
      type creator deleteBehavior } } } }`;
    const { cluster } = await setup.run<{ cluster: { resources: { nodes: { type: string }[] } } }>(query, {
      id,
    });
    expect(cluster.resources.nodes.filter(({ type }) => type === 'INSTANCE')).toEqual([
      { type: 'INSTANCE', creator: 'PLATFORM', deleteBehavior: 'DELETE' },
      { type: 'INSTANCE', creator: 'USER', deleteBehavior: 'RETAIN' },
    ]);
    await setup.carried('deleteCluster', { id });
    expect(await listed({ ids: ['i-stays'] })).toHaveLength(1);
    expect(
      (await listed({})).filter(
        (instance) => (instance as { formerClusterId?: string }).formerClusterId === id,
      ),
    ).toHaveLength(1);
  });

  test('the agent registers an attached instance as a node of its cluster by cluster and name', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a' }]);
    await instance('i-agent');
    await setup.carried('attachInstances', {
      nodePoolId: pools[0],
      instanceIds: ['i-agent'],
      mode: 'MANUAL',
    });
    const view = await setup.pool(pools[0] ?? '');
    const name = view.nodes.nodes.find(({ instanceId }) => instanceId === 'i-agent')?.name;
    const query = `query ($id: ID!, $name: String!) { cluster(id: $id) { node(name: $name) { instanceId status cluster { id } } } }`;
    expect(await setup.run(query, { id, name })).toEqual({
      cluster: { node: { instanceId: 'i-agent', status: 'Ready', cluster: { id } } },
    });
  });

  test('an instance belongs to at most one cluster', async () => {
    const cluster = await setup.cluster([{ name: 'a' }]);
    const two = await setup.cluster([{ name: 'a' }]);
    await instance('i-single');
    const attach = (pool: string | undefined) =>
      setup.mutate('attachInstances', { nodePoolId: pool, instanceIds: ['i-single'], mode: 'MANUAL' });
    const both = await Promise.all([attach(cluster.pools[0]), attach(two.pools[0])]);
    const rejected = both.flatMap(({ userErrors }) => userErrors);
    expect(rejected.map(({ code }) => code)).toEqual(['INSTANCE_IN_USE']);
    for (const { operation } of both) if (operation) await setup.operation(operation.id);
    expect(
      await setup.rejected('attachInstances', {
        nodePoolId: two.pools[0],
        instanceIds: ['i-single'],
        mode: 'MANUAL',
      }),
    ).toEqual([['INSTANCE_IN_USE', 'instanceIds.0']]);
  });

  test('AUTO replaces the system disk and requires acknowledgement of the data loss', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a' }]);
    await instance('i-reset', { imageId: CENTOS_8 });
    const request = { nodePoolId: pools[0], instanceIds: ['i-reset'], mode: 'AUTO' };
    expect(await setup.rejected('attachInstances', request)).toEqual([
      ['DATA_LOSS_NOT_ACKNOWLEDGED', 'acknowledgeDataLoss'],
    ]);
    const { state } = await setup.carried('attachInstances', { ...request, acknowledgeDataLoss: true });
    expect(state).toBe('SUCCEEDED');
    const [joined] = (await setup.instancesOf(id)).filter(({ providerId }) => providerId === 'i-reset');
    expect(joined?.systemDisk.files).toEqual([]);
    // The pool has no image, so the instance gets the default image instead of its own, which cannot run a node.
    expect(joined?.imageId).toBe(ALIYUN_2);
  });

  test('removed nodes decrement the desired size; released instances are deleted, the others can be attached again', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a', desiredSize: 3 }]);
    const pool = pools[0] ?? '';
    const [first, second] = (await setup.pool(pool)).nodes.nodes as [NodeView, NodeView];
    await setup.carried('removeNodes', { nodePoolId: pool, nodeIds: [first.id] });
    expect(await setup.pool(pool)).toMatchObject({
      state: 'ACTIVE',
      desiredSize: 2,
      totalNodes: 2,
      healthyNodes: 2,
    });
    expect(await listed({ ids: [first.instanceId] })).toEqual([]);
    await setup.carried('removeNodes', { nodePoolId: pool, nodeIds: [second.id], release: false });
    expect(await setup.pool(pool)).toMatchObject({ desiredSize: 1, totalNodes: 1 });
    expect(await listed({ ids: [second.instanceId] })).toMatchObject([
      { origin: 'REMOVED', releasable: true, formerClusterId: id, instanceType: { vcpus: 4 } },
    ]);
    expect(await listed({ ids: [second.instanceId] }, 'globex')).toEqual([]);
    await setup.carried('attachInstances', {
      nodePoolId: pool,
      instanceIds: [second.instanceId],
      mode: 'AUTO',
      acknowledgeDataLoss: true,
    });
    expect(await setup.pool(pool)).toMatchObject({ desiredSize: 2, healthyNodes: 2 });
    // Attached instances stay with the account when the pool shrinks.
    await setup.carried('scaleNodePool', { nodePoolId: pool, desiredSize: 0 });
    expect(await listed({ ids: [second.instanceId] })).toHaveLength(1);
    const release = `mutation ($input: ReleaseInstancesInput!) { releaseInstances(input: $input) { releasedIds userErrors { code } } }`;
    expect(await setup.run(release, { input: { instanceIds: [second.instanceId] } })).toEqual({
      releaseInstances: { releasedIds: [second.instanceId], userErrors: [] },
    });
    expect(await listed({ ids: [second.instanceId] })).toEqual([]);
  });

  test('rejects nodes of other pools and nodes that are being removed, with their paths', async () => {
    const { pools } = await setup.cluster([{ name: 'a' }, { name: 'b' }]);
    const [other] = (await setup.pool(pools[1] ?? '')).nodes.nodes;
    expect(await setup.rejected('removeNodes', { nodePoolId: pools[0], nodeIds: [other?.id] })).toEqual([
      ['NOT_FOUND', 'nodeIds.0'],
    ]);
    expect(await setup.rejected('removeNodes', { nodePoolId: pools[0], nodeIds: [] })).toEqual([
      ['INVALID_INPUT', 'nodeIds'],
    ]);
  });
});

test('pools, nodes and instances of another account are not found', async () => {
  const { pools } = await setup.cluster([{ name: 'a' }]);
  const [node] = (await setup.pool(pools[0] ?? '')).nodes.nodes;
  await instance('i-mine');
  const rejected = async (name: string, input: Record<string, unknown>) =>
    (await setup.mutate(name, input, 'globex')).userErrors.map(({ code }) => code);
  expect(await rejected('updateNodePool', { id: pools[0], name: 'theirs' })).toEqual(['NOT_FOUND']);
  expect(await rejected('syncNodePool', { id: pools[0] })).toEqual(['NOT_FOUND']);
  expect(await rejected('removeNodes', { nodePoolId: pools[0], nodeIds: [node?.id] })).toEqual(['NOT_FOUND']);
  expect(await rejected('convertChargeType', { nodeIds: [node?.id], chargeType: 'PREPAID' })).toEqual([
    'NOT_FOUND',
  ]);
  const attach = { nodePoolId: pools[0], instanceIds: ['i-mine'], mode: 'MANUAL' };
  expect(await rejected('attachInstances', attach)).toEqual(['NOT_FOUND']);
  const release = `mutation { releaseInstances(input: { instanceIds: ["i-mine"] }) { userErrors { code } } }`;
  expect(await setup.run(release, {}, 'globex')).toEqual({
    releaseInstances: { userErrors: [{ code: 'NOT_FOUND' }] },
  });
  expect(await listed({ ids: ['i-mine'] }, 'globex')).toEqual([]);
});
