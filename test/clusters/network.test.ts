import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { balances, reserve, setLimit } from '../../engine/ledger.js';
import { createQuotasSubgraph } from '../../subgraphs/quotas/subgraph.js';
import { askSubgraph } from '../kit/ask-subgraph.js';
import { type ClustersKit, openClusters } from './kit.js';
import { proCluster } from './requests.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

interface Refusal {
  code: string;
  message: string;
  path: string[] | null;
}
const ERRORS = 'userErrors { code message path ... on QuotaExceededError { resource limit used } }';

let accounts = 0;
/** An account that nothing else uses. */
const fresh = () => `net-${(accounts += 1)}`;

async function mutate<T>(account: string, name: string, inputType: string, input: object, fields: string) {
  const query = `mutation ($input: ${inputType}!) { answer: ${name}(input: $input) { ${fields} ${ERRORS} } }`;
  const { data, errors } = await clusters.run<{ answer: T & { userErrors: Refusal[] } }>(
    query,
    { input },
    account,
  );
  expect(errors ?? []).toEqual([]);
  return data.answer;
}

async function vpc(account: string, more: object = {}): Promise<string> {
  const input = { name: 'net', regionId: 'cn-hangzhou', cidr: '192.168.0.0/16', ...more };
  const answer = await mutate<{ vpc: { id: string } | null }>(
    account,
    'createVpc',
    'CreateVpcInput',
    input,
    'vpc { id }',
  );
  expect(answer.userErrors).toEqual([]);
  return answer.vpc!.id;
}

async function vSwitch(account: string, vpcId: string, zone: string, cidr: string): Promise<string> {
  const input = { vpcId, zoneId: `cn-hangzhou-${zone}`, name: `sw-${zone}`, cidr };
  const fields = 'vSwitch { id }';
  const answer = await mutate<{ vSwitch: { id: string } | null }>(
    account,
    'createVSwitch',
    'CreateVSwitchInput',
    input,
    fields,
  );
  expect(answer.userErrors).toEqual([]);
  return answer.vSwitch!.id;
}

async function group(account: string, vpcId: string, rules: object[]): Promise<string> {
  const input = { vpcId, name: 'group', rules };
  const answer = await mutate<{ securityGroup: { id: string } }>(
    account,
    'createSecurityGroup',
    'CreateSecurityGroupInput',
    input,
    'securityGroup { id rules { protocol fromPort toPort } }',
  );
  expect(answer.userErrors).toEqual([]);
  return answer.securityGroup.id;
}

async function remove(account: string, id: string) {
  return mutate<{ deletedId: string | null }>(
    account,
    'deleteNetworkPart',
    'DeleteNetworkPartInput',
    { id },
    'deletedId',
  );
}

const NETWORK = `cluster { id network { plugin podCidr serviceCidr nodeCidrMask
  vpc { id name creator cidr clusterCount vSwitches { id zone { id } } } vSwitches { id zone { id } }
  securityGroup { id creator rules { protocol cidr } } } }`;

interface Created {
  cluster: {
    id: string;
    network: {
      plugin: string;
      podCidr: string | null;
      serviceCidr: string;
      nodeCidrMask: number | null;
      vpc: { id: string; name: string; creator: string; cidr: string; clusterCount: number };
      vSwitches: { id: string; zone: { id: string } }[];
      securityGroup: { id: string; creator: string; rules: { protocol: string; cidr: string }[] };
    };
  } | null;
}

let names = 0;
const create = (account: string, more: object = {}) =>
  mutate<Created>(
    account,
    'createCluster',
    'CreateClusterInput',
    proCluster(`net-${(names += 1)}`, { ...more }),
    NETWORK,
  );

const used = async (account: string, resource: string, scope = '') =>
  (await balances(clusters.platform.database.prisma, account, [{ resource, scope }]))[0]?.used;

describe('VPCs, vSwitches and security groups', () => {
  test('are made, read, changed and deleted, and counted in the ledger', async () => {
    const account = fresh();
    const id = await vpc(account);
    const sw = await vSwitch(account, id, 'a', '192.168.0.0/24');
    const sg = await group(account, id, [{ protocol: 'UDP', fromPort: 53, cidr: '10.0.0.0/8' }]);
    const query = `query ($id: ID!) { vpc(id: $id) { id name cidr creator region { id } clusterCount
      vSwitches { id name cidr zone { id } vpc { id } } securityGroups { id rules { direction protocol fromPort toPort cidr } } }
      vpcs(regionId: "cn-hangzhou") { nodes { id } totalCount } }`;
    const { data } = await clusters.run(query, { id }, account);
    expect(data).toEqual({
      vpc: {
        ...{
          id,
          name: 'net',
          cidr: '192.168.0.0/16',
          creator: 'USER',
          region: { id: 'cn-hangzhou' },
          clusterCount: 0,
        },
        vSwitches: [
          { id: sw, name: 'sw-a', cidr: '192.168.0.0/24', zone: { id: 'cn-hangzhou-a' }, vpc: { id } },
        ],
        securityGroups: [
          {
            id: sg,
            rules: [{ direction: 'INGRESS', protocol: 'UDP', fromPort: 53, toPort: 53, cidr: '10.0.0.0/8' }],
          },
        ],
      },
      vpcs: { nodes: [{ id }], totalCount: 1 },
    });
    expect([await used(account, 'vpcs'), await used(account, 'vswitches-per-vpc', id)]).toEqual([1, 1]);
    const renamed = await mutate(
      account,
      'updateVpc',
      'UpdateVpcInput',
      { id, name: 'renamed' },
      'vpc { name }',
    );
    expect(renamed).toMatchObject({ vpc: { name: 'renamed' } });
    const ruled = await mutate(
      account,
      'updateSecurityGroup',
      'UpdateSecurityGroupInput',
      { id: sg, rules: [] },
      'securityGroup { rules { protocol } }',
    );
    expect(ruled).toMatchObject({ securityGroup: { rules: [] } });
    expect((await remove(account, id)).userErrors).toMatchObject([{ code: 'RESOURCE_IN_USE' }]);
    for (const part of [sw, sg, id])
      expect(await remove(account, part)).toEqual({ deletedId: part, userErrors: [] });
    expect((await clusters.run(query, { id }, account)).data).toMatchObject({ vpc: null });
    expect([await used(account, 'vpcs'), await used(account, 'vswitches-per-vpc', id)]).toEqual([0, 0]);
  });

  test('of another account are as if they did not exist', async () => {
    const [mine, other] = [fresh(), fresh()];
    const id = await vpc(mine);
    expect((await clusters.run('query ($id: ID!) { vpc(id: $id) { id } }', { id }, other)).data).toEqual({
      vpc: null,
    });
    expect((await remove(other, id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const answer = await create(other, { network: { vpcId: id } });
    expect(answer.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'network', 'vpcId'] }]);
  });

  test('have quotas: the eleventh VPC and the twenty-fifth vSwitch are refused, and fit when the limit is raised', async () => {
    const account = fresh();
    const ids: string[] = [];
    for (let index = 0; index < 10; index += 1) ids.push(await vpc(account));
    const input = { name: 'net', regionId: 'cn-hangzhou', cidr: '10.0.0.0/8' };
    const eleventh = () => mutate(account, 'createVpc', 'CreateVpcInput', input, 'vpc { id }');
    expect((await eleventh()).userErrors).toMatchObject([
      { code: 'QUOTA_EXCEEDED', resource: 'vpcs', limit: 10, used: 10 },
    ]);
    await setLimit(clusters.platform.database.prisma, account, { resource: 'vpcs', scope: '' }, 11);
    expect((await eleventh()).userErrors).toEqual([]);
    const first = ids[0]!;
    for (let index = 0; index < 24; index += 1) await vSwitch(account, first, 'a', `192.168.${index}.0/24`);
    const last = { vpcId: first, zoneId: 'cn-hangzhou-a', name: 'last', cidr: '192.168.24.0/24' };
    const answer = await mutate(account, 'createVSwitch', 'CreateVSwitchInput', last, 'vSwitch { id }');
    expect(answer.userErrors).toMatchObject([
      { code: 'QUOTA_EXCEEDED', resource: 'vswitches-per-vpc', limit: 24 },
    ]);
  });

  test.each([
    [{ zoneId: 'cn-beijing-a' }, 'UNKNOWN_ZONE'],
    [{ cidr: '10.0.0.0/24' }, 'NETWORK_MISMATCH'],
    [{ cidr: '192.168.0.128/25' }, 'CIDR_OVERLAP'],
    [{ cidr: '192.168.1.1/24' }, 'INVALID_INPUT'],
    [{ name: '-' }, 'INVALID_INPUT'],
  ])('a vSwitch with %j is refused with %s', async (more, code) => {
    const account = fresh();
    const vpcId = await vpc(account);
    await vSwitch(account, vpcId, 'a', '192.168.0.0/24');
    const input = { vpcId, zoneId: 'cn-hangzhou-a', name: 'sw', cidr: '192.168.1.0/24', ...more };
    const answer = await mutate(account, 'createVSwitch', 'CreateVSwitchInput', input, 'vSwitch { id }');
    expect(answer.userErrors).toMatchObject([{ code }]);
  });

  test('a repeated request with the same clientToken makes one VPC', async () => {
    const account = fresh();
    const [a, b] = [await vpc(account, { clientToken: 't' }), await vpc(account, { clientToken: 't' })];
    expect([b, await used(account, 'vpcs')]).toEqual([a, 1]);
  });
});

describe('the network of a cluster', () => {
  test('is the default one of its region when none is given: made once, with ranges that do not overlap', async () => {
    const account = fresh();
    const made = [await create(account), await create(account)].map(({ cluster }) => cluster!.network);
    expect(
      made.map(({ plugin, podCidr, serviceCidr, nodeCidrMask }) => [
        plugin,
        podCidr,
        serviceCidr,
        nodeCidrMask,
      ]),
    ).toEqual([
      ['FLANNEL', '10.0.0.0/14', '172.16.0.0/20', 24],
      ['FLANNEL', '10.4.0.0/14', '172.16.16.0/20', 24],
    ]);
    expect(made[0]!.vpc.id).toBe(made[1]!.vpc.id);
    expect(made[1]!.vpc).toMatchObject({
      name: 'default',
      creator: 'PLATFORM',
      cidr: '192.168.0.0/16',
      clusterCount: 2,
    });
    expect(made[0]!.vSwitches.map(({ zone }) => zone.id)).toEqual([
      'cn-hangzhou-a',
      'cn-hangzhou-b',
      'cn-hangzhou-c',
    ]);
    expect(made[0]!.securityGroup.id).not.toBe(made[1]!.securityGroup.id);
    expect(await used(account, 'vpcs')).toBe(1);
    const elsewhere = await create(account, { regionId: 'cn-beijing' });
    expect(elsewhere.cluster!.network.vpc.id).not.toBe(made[0]!.vpc.id);
  });

  test('may be one of the account, in vSwitches of several zones; its nodes are spread over those zones', async () => {
    const account = fresh();
    const vpcId = await vpc(account, { cidr: '10.0.0.0/8' });
    const a = await vSwitch(account, vpcId, 'a', '10.0.0.0/20');
    const c = await vSwitch(account, vpcId, 'c', '10.0.16.0/20');
    const network = {
      vpcId,
      vSwitchIds: [a, c],
      podCidr: '172.20.0.0/16',
      serviceCidr: '172.21.0.0/20',
      nodeCidrMask: 26,
    };
    const { cluster, userErrors } = await create(account, { network });
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
    const row = await clusters.platform.database.prisma.cluster.findUniqueOrThrow({
      where: { id: cluster!.id },
    });
    expect(row.zoneIds).toEqual(['cn-hangzhou-a', 'cn-hangzhou-c']);
    expect((await remove(account, a)).userErrors).toMatchObject([{ code: 'RESOURCE_IN_USE' }]);
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
    'that does not fit what is there is refused: %s',
    async (_what, { network, ...more }: Record<string, unknown>, code, field) => {
      const account = fresh();
      const vpcId = await vpc(account);
      await vSwitch(account, vpcId, 'a', '192.168.0.0/20');
      const other = { vpcId, podCidr: '10.5.0.0/16', serviceCidr: '172.25.0.0/20' };
      expect((await create(account, { network: other })).userErrors).toEqual([]);
      const answer = await create(account, { ...more, network: { vpcId, ...(network as object) } });
      expect(answer.userErrors).toMatchObject([{ code }]);
      expect(answer.userErrors[0]?.path).toContain(field);
      expect(answer.cluster).toBeNull();
    },
  );

  test('needs a security group of the same VPC that lets the DNS of its pods through', async () => {
    const account = fresh();
    const [vpcId, otherVpc] = [await vpc(account), await vpc(account)];
    await vSwitch(account, vpcId, 'a', '192.168.0.0/20');
    const network = (securityGroupId: string) => ({
      network: { vpcId, podCidr: '10.9.0.0/16', securityGroupId },
    });
    const foreign = await group(account, otherVpc, []);
    expect((await create(account, network(foreign))).userErrors).toMatchObject([
      { code: 'NETWORK_MISMATCH' },
    ]);
    const closed = await group(account, vpcId, [{ protocol: 'TCP', fromPort: 53, cidr: '10.0.0.0/8' }]);
    const refused = await create(account, network(closed));
    expect(refused.userErrors).toMatchObject([{ code: 'SECURITY_GROUP_RULE_MISSING' }]);
    expect(refused.userErrors[0]?.message).toContain('UDP 53 from 10.9.0.0/16');
    const open = await group(account, vpcId, [{ protocol: 'UDP', fromPort: 53, cidr: '10.9.0.0/16' }]);
    expect((await create(account, network(open))).userErrors).toEqual([]);
  });

  test('with Terway has no range for pods; two such clusters share the vSwitches', async () => {
    const account = fresh();
    const made = [
      await create(account, { networkPlugin: 'TERWAY' }),
      await create(account, { networkPlugin: 'TERWAY' }),
    ];
    expect(made.map(({ cluster }) => [cluster!.network.podCidr, cluster!.network.nodeCidrMask])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  test('with a public endpoint takes an EIP; the twenty-first is refused', async () => {
    const account = fresh();
    await clusters.platform.database.prisma.$transaction((tx) =>
      reserve(tx, { account, resource: 'eips', scope: '', amount: 19 }),
    );
    expect((await create(account, { network: { publicEndpoint: true } })).userErrors).toEqual([]);
    expect((await create(account, { network: { publicEndpoint: true } })).userErrors).toMatchObject([
      { code: 'QUOTA_EXCEEDED', resource: 'eips', limit: 20, used: 20 },
    ]);
  });
});

test('a fleet with its networks, resources, control planes and service levels costs as many statements as one cluster', async () => {
  const account = fresh();
  const query = `query { clusters(first: 100) { nodes { id
    network { podCidr vpc { id clusterCount vSwitches { id } } vSwitches { id vpc { id } } securityGroup { id vpc { id } } }
    resources(first: 50) { nodes { id type } } controlPlane { available incidents { id } } sla { availability } } } }`;
  const cost = async () => (await clusters.kit.statements(() => clusters.run(query, {}, account))).length;
  await create(account);
  const one = await cost();
  for (let index = 0; index < 7; index += 1)
    await create(account, { regionId: index % 2 ? 'cn-hangzhou' : 'cn-beijing' });
  expect(await cost()).toBe(one);
});

test('the quotas of a VPC, its route table and a security group are read and raised in the graph', async () => {
  const account = fresh();
  const { cluster } = await create(account);
  const ask = askSubgraph(await createQuotasSubgraph(clusters.platform));
  const { vpc: net, securityGroup } = cluster!.network;
  const id = (resource: string, scope: string) =>
    `quota_${Buffer.from(`${resource}|${scope}`).toString('base64url')}`;
  const read = async (resource: string, scope: string) =>
    (
      await ask<{ quota: object | null }>(
        account,
        'query ($id: ID!) { quota(id: $id) { limit used adjustable } }',
        { id: id(resource, scope) },
      )
    ).data.quota;
  expect(await read('vswitches-per-vpc', net.id)).toEqual({ limit: 24, used: 3, adjustable: true });
  expect(await read('custom-routes-per-route-table', net.id)).toEqual({
    limit: 48,
    used: 0,
    adjustable: true,
  });
  expect(await read('private-ips-per-vpc', net.id)).toEqual({ limit: 65535, used: 0, adjustable: false });
  expect(await read('ips-per-security-group', securityGroup.id)).toEqual({
    limit: 2000,
    used: 0,
    adjustable: false,
  });
  const raise = `mutation ($input: RequestQuotaIncreaseInput!) { requestQuotaIncrease(input: $input) {
    application { limit } userErrors { code } } }`;
  const asked = async (resource: string, scope: string, limit: number) =>
    (
      await ask<{ requestQuotaIncrease: object }>(account, raise, {
        input: { quotaId: id(resource, scope), limit, reason: 'test' },
      })
    ).data.requestQuotaIncrease;
  expect(await asked('custom-routes-per-route-table', net.id, 100)).toEqual({
    application: { limit: 100 },
    userErrors: [],
  });
  expect(await asked('private-ips-per-vpc', net.id, 70_000)).toMatchObject({
    userErrors: [{ code: 'NOT_ADJUSTABLE' }],
  });
  const foreign = await ask<{ quota: object | null }>(
    'somebody',
    'query ($id: ID!) { quota(id: $id) { used } }',
    { id: id('vswitches-per-vpc', net.id) },
  );
  expect(foreign.data.quota).toBeNull();
});
