import { CoreV1Api } from '@kubernetes/client-node';
import ipaddr from 'ipaddr.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { readQuotaUsage } from '../../../engine/ledger/ledger.js';
import { eventually } from '../../kit/eventually.js';
import { recount } from '../../kit/ledger-recount.js';
import { deletionOf } from '../network/network-kit.js';
import { openPoolsWithEngine, type PoolsWithEngine } from './pools-with-engine.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

let setup: PoolsWithEngine;
let vpcId: string;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
  vpcId = await createResource('createVpc', 'vpc', {
    name: 'net',
    regionId: 'cn-hangzhou',
    cidr: '172.31.0.0/16',
  });
});
afterAll(() => setup[Symbol.asyncDispose]());

interface MutationPayload {
  readonly made: { readonly id: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
}

async function ask(name: string, field: string, input: Record<string, unknown>): Promise<MutationPayload> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { payload: ${name}(input: $input) {
    ${field === '' ? '' : `made: ${field} { id }`} userErrors { code message } } }`;
  return (await setup.run<{ payload: MutationPayload }>(query, { input })).payload;
}

async function createResource(name: string, field: string, input: Record<string, unknown>): Promise<string> {
  const { made: part, userErrors } = await ask(name, field, input);
  expect(userErrors).toEqual([]);
  return part?.id ?? '';
}

const vSwitch = (name: string, cidr: string, zone = 'b') =>
  createResource('createVSwitch', 'vSwitch', { vpcId, zoneId: `cn-hangzhou-${zone}`, name, cidr });
const OPEN = [{ protocol: 'ALL', cidr: '0.0.0.0/0' }];
const group = (name: string, rules: object[] = OPEN) =>
  createResource('createSecurityGroup', 'securityGroup', { vpcId, name, rules });
const deletion = async (id: string) =>
  (await ask(deletionOf(id), '', { id })).userErrors.map(({ code }) => code);

interface Placed {
  readonly address: string | null;
  readonly state: string;
  readonly vSwitch: { readonly id: string } | null;
  readonly securityGroup: { readonly id: string } | null;
}

async function placesOf(nodePoolId: string): Promise<Placed[]> {
  const query = `query ($id: ID!) { nodePool(id: $id) { nodes(first: 100) { nodes {
    state address vSwitch { id } securityGroup { id } } } } }`;
  const response = await setup.run<{ nodePool: { nodes: { nodes: Placed[] } } }>(query, { id: nodePoolId });
  return response.nodePool.nodes.nodes;
}

async function podAddresses(clusterId: string, nodeName: string): Promise<string[]> {
  const { prisma } = setup.world;
  const access = (await clusterAccess(prisma, 'acme', [clusterId])).get(clusterId);
  if (!access) throw new Error('the cluster has no API');
  const core = kubeConfigOf(access).makeApiClient(CoreV1Api);
  return eventually(
    async () => {
      const { items } = await core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${nodeName}` });
      const addresses = items.flatMap(({ status }) => status?.podIP ?? []);
      return addresses.length > 0 && addresses;
    },
    { what: 'pods with addresses' },
  );
}

const within = (address: string | null, cidr: string) =>
  address !== null && ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr));

describe('network of node pools', () => {
  test('instances have unique addresses of the vSwitches of the pool; a full vSwitch ends the scale-up with a reason for each node', async () => {
    const [wide, narrow] = [await vSwitch('wide', '172.31.0.0/24'), await vSwitch('narrow', '172.31.1.0/29')];
    const { end, pools } = await setup.cluster(
      [
        { name: 'default', desiredSize: 2 },
        { name: 'narrow', desiredSize: 6, instanceConfig: { vSwitchIds: [narrow] } },
      ],
      { network: { vpcId, vSwitchIds: [wide] } },
    );
    // The cloud reserves 4 of 8 addresses.
    expect(end).toMatchObject({ state: 'PARTIAL', result: { created: 6, failed: 2 } });
    expect(end.result?.failures.map(({ code }) => code)).toEqual(['IP_NOT_AVAILABLE', 'IP_NOT_AVAILABLE']);
    expect(end.result?.failures[0]?.message).toContain(narrow);
    const [ofDefault, ofNarrow] = [await placesOf(pools[0] ?? ''), await placesOf(pools[1] ?? '')];
    expect(
      ofDefault.every((node) => node.vSwitch?.id === wide && within(node.address, '172.31.0.0/24')),
    ).toBe(true);
    const running = ofNarrow.filter(({ state }) => state === 'running');
    expect(running.length).toBe(4);
    expect(
      running.every((node) => node.vSwitch?.id === narrow && within(node.address, '172.31.1.0/29')),
    ).toBe(true);
    expect(ofNarrow.filter(({ state }) => state === 'failed').map(({ address }) => address)).toEqual([
      null,
      null,
    ]);
    const addresses = [...ofDefault, ...running].map(({ address }) => address);
    expect(new Set(addresses).size).toBe(6);
  });

  test('deleted instances release their addresses', async () => {
    const narrow = await vSwitch('again', '172.31.2.0/29');
    const { pools } = await setup.cluster([{ name: 'default', desiredSize: 4 }], {
      network: { vpcId, vSwitchIds: [narrow] },
    });
    const [nodePoolId = ''] = pools;
    await setup.carried('scaleNodePool', { nodePoolId, desiredSize: 1 });
    expect(await setup.carried('scaleNodePool', { nodePoolId, desiredSize: 4 })).toMatchObject({
      state: 'SUCCEEDED',
    });
    expect(new Set((await placesOf(nodePoolId)).map(({ address }) => address)).size).toBe(4);
  });

  test('pods of a cluster with Terway have addresses of the vSwitch of the pool', async () => {
    const [own, other] = [await vSwitch('own', '172.31.3.0/24'), await vSwitch('other', '172.31.4.0/24')];
    const { id, pools } = await setup.cluster(
      [{ name: 'default', instanceConfig: { vSwitchIds: [other] } }],
      {
        networkPlugin: 'TERWAY',
        network: { vpcId, vSwitchIds: [own] },
      },
    );
    expect(within((await placesOf(pools[0] ?? ''))[0]?.address ?? null, '172.31.4.0/24')).toBe(true);
    const ready = await setup.poolWhen(pools[0] ?? '', (pool) => pool.healthyNodes === 1, 'a node');
    const pods = await podAddresses(id, ready.nodes.nodes[0]?.name ?? '');
    expect(pods.length).toBeGreaterThan(0);
    expect(pods.filter((address) => !within(address, '172.31.4.0/24'))).toEqual([]);
  });

  test('instances are in the security group of the pool, which counts their addresses', async () => {
    const place = await vSwitch('grouped', '172.31.5.0/24');
    const [mine, more] = [await group('mine'), await group('more')];
    const { id, pools } = await setup.cluster(
      [
        { name: 'default', desiredSize: 2 },
        { name: 'more', desiredSize: 3, instanceConfig: { securityGroupId: more } },
      ],
      { network: { vpcId, vSwitchIds: [place], securityGroupId: mine } },
    );
    const groups = (await placesOf(pools[1] ?? '')).map((node) => node.securityGroup?.id);
    expect(groups).toEqual([more, more, more]);
    const counted = async () => {
      const uses = await recount(setup.world.prisma, 'acme');
      const resource = 'ips-per-security-group';
      const keys = [mine, more].map((scope) => ({ resource, scope }));
      const used = (await readQuotaUsage(setup.world.prisma, 'acme', keys)).map((usage) => usage.used);
      expect(used).toEqual(keys.map(({ scope }) => uses[`${resource}|${scope}`] ?? 0));
      return used;
    };
    expect(await counted()).toEqual([2, 3]);
    await setup.world.limit('ips-per-security-group', 3, more);
    const full = await setup.carried('scaleNodePool', { nodePoolId: pools[1], desiredSize: 4 });
    expect(full).toMatchObject({ state: 'FAILED', result: { failures: [{ code: 'IP_NOT_AVAILABLE' }] } });
    expect(full.result?.failures[0]?.message).toContain(more);
    expect(await setup.carried('scaleNodePool', { nodePoolId: pools[0], desiredSize: 3 })).toMatchObject({
      state: 'SUCCEEDED',
    });
    await setup.carried('deleteNodePool', { id: pools[1] });
    expect(await counted()).toEqual([3, 0]);
    expect(await setup.carried('deleteCluster', { id })).toMatchObject({ state: 'SUCCEEDED' });
  });
});

test('network resources that a pool uses cannot be deleted, and are among the resources of the cluster', async () => {
  const [own, other] = [await vSwitch('a', '172.31.6.0/24'), await vSwitch('b', '172.31.7.0/24')];
  const grouped = await group('of-a-pool');
  const { id, pools } = await setup.cluster(
    [{ name: 'default' }, { name: 'b', instanceConfig: { vSwitchIds: [other], securityGroupId: grouped } }],
    { network: { vpcId, vSwitchIds: [own] } },
  );
  expect(await deletion(other)).toEqual(['RESOURCE_IN_USE']);
  expect(await deletion(grouped)).toEqual(['RESOURCE_IN_USE']);
  const query = `query ($id: ID!) { cluster(id: $id) { resources(first: 100) { nodes { id deleteBehavior } } } }`;
  const { cluster } = await setup.run<{ cluster: { resources: { nodes: { id: string }[] } } }>(query, {
    id,
  });
  expect(cluster.resources.nodes).toEqual(
    expect.arrayContaining([
      { id: other, deleteBehavior: 'RETAIN' },
      { id: grouped, deleteBehavior: 'RETAIN' },
    ]),
  );
  // Changing the vSwitches of a pool does not move its existing nodes.
  await setup.carried('updateNodePool', { id: pools[1], instanceConfig: { vSwitchIds: [own] } });
  expect(await deletion(other)).toEqual(['RESOURCE_IN_USE']);
  await setup.carried('deleteNodePool', { id: pools[1] });
  expect(await deletion(other)).toEqual([]);
  expect(await deletion(grouped)).toEqual([]);
});

test('rejects a pool in a zone without a vSwitch of the cluster', async () => {
  const own = await vSwitch('only', '172.31.8.0/24');
  const vSwitchInC = await vSwitch('there', '172.31.9.0/24', 'c');
  const { id } = await setup.cluster([{ name: 'default' }], { network: { vpcId, vSwitchIds: [own] } });
  const pool = { clusterId: id, name: 'c', instanceTypes: ['ecs.g6.xlarge'], desiredSize: 1 };
  expect(
    await setup.rejected('createNodePool', {
      ...pool,
      instanceConfig: { zoneIds: ['cn-hangzhou-b', 'cn-hangzhou-c'] },
    }),
  ).toEqual([['NETWORK_MISMATCH', 'instanceConfig.zoneIds.1']]);
  expect(
    await setup.carried('createNodePool', { ...pool, instanceConfig: { vSwitchIds: [vSwitchInC] } }),
  ).toMatchObject({
    state: 'SUCCEEDED',
  });
});

test('rejects a pool in a security group that blocks DNS of the pods', async () => {
  const own = await vSwitch('with-dns', '172.31.10.0/24');
  const { id, pools } = await setup.cluster([{ name: 'default' }], {
    network: { vpcId, vSwitchIds: [own] },
  });
  const instanceConfig = { securityGroupId: await group('closed', []) };
  const pool = { clusterId: id, name: 'closed', instanceTypes: ['ecs.g6.xlarge'], desiredSize: 1 };
  const rejection = [['SECURITY_GROUP_RULE_MISSING', 'instanceConfig.securityGroupId']];
  expect(await setup.rejected('createNodePool', { ...pool, instanceConfig })).toEqual(rejection);
  expect(await setup.rejected('updateNodePool', { id: pools[0], instanceConfig })).toEqual(rejection);
});
