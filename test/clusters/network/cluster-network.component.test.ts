import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reserve } from '../../../engine/ledger/ledger.js';
import { type Networks, openNetworks } from './network-kit.js';

let networks: Networks;
beforeAll(async () => {
  networks = await openNetworks();
});
afterAll(() => networks[Symbol.asyncDispose]());

describe('network of a cluster', () => {
  test('is the default VPC of its region if none is requested, created once, with ranges that do not overlap', async () => {
    const account = networks.fresh();
    const created = [await networks.create(account), await networks.create(account)].map(
      ({ cluster }) => cluster!.network,
    );
    expect(
      created.map(({ plugin, podCidr, serviceCidr, nodeCidrMask }) => [
        plugin,
        podCidr,
        serviceCidr,
        nodeCidrMask,
      ]),
    ).toEqual([
      ['FLANNEL', '10.0.0.0/14', '172.16.0.0/20', 24],
      ['FLANNEL', '10.4.0.0/14', '172.16.16.0/20', 24],
    ]);
    expect(created[0]!.vpc.id).toBe(created[1]!.vpc.id);
    expect(created[1]!.vpc).toMatchObject({
      name: 'default',
      creator: 'PLATFORM',
      cidr: '192.168.0.0/16',
      clusterCount: 2,
    });
    expect(created[0]!.vSwitches.map(({ zone }) => zone.id)).toEqual([
      'cn-hangzhou-a',
      'cn-hangzhou-b',
      'cn-hangzhou-c',
    ]);
    expect(created[0]!.securityGroup.id).not.toBe(created[1]!.securityGroup.id);
    expect(await networks.used(account, 'vpcs')).toBe(1);
    const elsewhere = await networks.create(account, { regionId: 'cn-beijing' });
    expect(elsewhere.cluster!.network.vpc.id).not.toBe(created[0]!.vpc.id);
  });

  test('may be a VPC of the account with vSwitches in several zones, over which the nodes are spread', async () => {
    const account = networks.fresh();
    const vpcId = await networks.vpc(account, { cidr: '10.0.0.0/8' });
    const a = await networks.vSwitch(account, vpcId, 'a', '10.0.0.0/20');
    const c = await networks.vSwitch(account, vpcId, 'c', '10.0.16.0/20');
    const network = {
      vpcId,
      vSwitchIds: [a, c],
      podCidr: '172.20.0.0/16',
      serviceCidr: '172.21.0.0/20',
      nodeCidrMask: 26,
    };
    const { cluster, userErrors } = await networks.create(account, { network });
    expect(userErrors).toEqual([]);
    expect(cluster!.network).toMatchObject({
      ...{
        podCidr: '172.20.0.0/16',
        serviceCidr: '172.21.0.0/20',
        nodeCidrMask: 26,
        vpc: { id: vpcId, creator: 'USER' },
      },
      vSwitches: [{ id: a }, { id: c }],
    });
    const row = await networks.clusters.platform.database.prisma.cluster.findUniqueOrThrow({
      where: { id: cluster!.id },
    });
    expect(row.zoneIds).toEqual(['cn-hangzhou-a', 'cn-hangzhou-c']);
    expect((await networks.remove(account, a)).userErrors).toMatchObject([{ code: 'RESOURCE_IN_USE' }]);
  });

  test.each([
    ['another region', { regionId: 'cn-beijing' }, 'NETWORK_MISMATCH', 'vpcId'],
    ['pods within the VPC', { network: { podCidr: '192.168.128.0/20' } }, 'CIDR_OVERLAP', 'podCidr'],
    ['pods of another cluster', { network: { podCidr: '10.5.0.0/20' } }, 'CIDR_OVERLAP', 'podCidr'],
    [
      'Services where pods of another are',
      { network: { serviceCidr: '10.5.16.0/20' } },
      'CIDR_OVERLAP',
      'serviceCidr',
    ],
    [
      'Services of another cluster',
      { network: { serviceCidr: '172.25.0.0/20' } },
      'CIDR_OVERLAP',
      'serviceCidr',
    ],
    [
      'a vSwitch of another VPC',
      { network: { vSwitchIds: ['vsw_other'] } },
      'NETWORK_MISMATCH',
      'vSwitchIds',
    ],
    ['a zone without a vSwitch', { zoneIds: ['cn-hangzhou-b'] }, 'NETWORK_MISMATCH', 'zoneIds'],
    ['a group that is none', { network: { securityGroupId: 'sg_none' } }, 'NOT_FOUND', 'securityGroupId'],
  ])(
    'is rejected if it does not match existing resources: %s',
    async (_what, { network, ...more }: Record<string, unknown>, code, field) => {
      const account = networks.fresh();
      const vpcId = await networks.vpc(account);
      await networks.vSwitch(account, vpcId, 'a', '192.168.0.0/20');
      const other = { vpcId, podCidr: '10.5.0.0/16', serviceCidr: '172.25.0.0/20' };
      expect((await networks.create(account, { network: other })).userErrors).toEqual([]);
      const response = await networks.create(account, {
        ...more,
        network: { vpcId, ...(network as object) },
      });
      expect(response.userErrors).toMatchObject([{ code }]);
      expect(response.userErrors[0]?.path).toContain(field);
      expect(response.cluster).toBeNull();
    },
  );

  test('requires a security group of the same VPC that allows DNS of its pods', async () => {
    const account = networks.fresh();
    const [vpcId, otherVpc] = [await networks.vpc(account), await networks.vpc(account)];
    await networks.vSwitch(account, vpcId, 'a', '192.168.0.0/20');
    const network = (securityGroupId: string) => ({
      network: { vpcId, podCidr: '10.9.0.0/16', securityGroupId },
    });
    const foreign = await networks.group(account, otherVpc, []);
    expect((await networks.create(account, network(foreign))).userErrors).toMatchObject([
      { code: 'NETWORK_MISMATCH' },
    ]);
    const closed = await networks.group(account, vpcId, [
      { protocol: 'TCP', fromPort: 53, cidr: '10.0.0.0/8' },
    ]);
    const rejected = await networks.create(account, network(closed));
    expect(rejected.userErrors).toMatchObject([{ code: 'SECURITY_GROUP_RULE_MISSING' }]);
    expect(rejected.userErrors[0]?.message).toContain('UDP 53 from 10.9.0.0/16');
    const open = await networks.group(account, vpcId, [
      { protocol: 'UDP', fromPort: 53, cidr: '10.9.0.0/16' },
    ]);
    expect((await networks.create(account, network(open))).userErrors).toEqual([]);
  });

  test('has no pod CIDR with Terway; two such clusters share the vSwitches', async () => {
    const account = networks.fresh();
    const created = [
      await networks.create(account, { networkPlugin: 'TERWAY' }),
      await networks.create(account, { networkPlugin: 'TERWAY' }),
    ];
    expect(created.map(({ cluster }) => [cluster!.network.podCidr, cluster!.network.nodeCidrMask])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  test('uses an EIP for a public endpoint; the twenty-first is rejected', async () => {
    const account = networks.fresh();
    await networks.clusters.platform.database.prisma.$transaction((tx) =>
      reserve(tx, { account, resource: 'eips', scope: '', amount: 19 }),
    );
    expect((await networks.create(account, { network: { publicEndpoint: true } })).userErrors).toEqual([]);
    expect((await networks.create(account, { network: { publicEndpoint: true } })).userErrors).toMatchObject([
      { code: 'QUOTA_EXCEEDED', resource: 'eips', limit: 20, used: 20 },
    ]);
  });
});
