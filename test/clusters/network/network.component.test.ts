import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setLimit } from '../../../engine/ledger/ledger.js';
import { createQuotasSubgraph } from '../../../subgraphs/quotas/subgraph.js';
import { askSubgraph } from '../../kit/ask-subgraph.js';
import { type Networks, openNetworks } from './network-kit.js';

let networks: Networks;
beforeAll(async () => {
  networks = await openNetworks();
});
afterAll(() => networks[Symbol.asyncDispose]());

describe('VPCs, vSwitches and security groups', () => {
  test('are created, read, updated and deleted, and counted in the ledger', async () => {
    const account = networks.fresh();
    const id = await networks.vpc(account);
    const sw = await networks.vSwitch(account, id, 'a', '192.168.0.0/24');
    const sg = await networks.group(account, id, [{ protocol: 'UDP', fromPort: 53, cidr: '10.0.0.0/8' }]);
    const query = `query ($id: ID!) { vpc(id: $id) { id name cidr creator region { id } clusterCount
      vSwitches { id name cidr zone { id } vpc { id } } securityGroups { id rules { direction protocol fromPort toPort cidr } } }
      vpcs(regionId: "cn-hangzhou") { nodes { id } totalCount } }`;
    const { data } = await networks.clusters.run(query, { id }, account);
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
    expect([
      await networks.used(account, 'vpcs'),
      await networks.used(account, 'vswitches-per-vpc', id),
    ]).toEqual([1, 1]);
    const renamed = await networks.mutate(account, 'updateVpc', { id, name: 'renamed' }, 'vpc { name }');
    expect(renamed).toMatchObject({ vpc: { name: 'renamed' } });
    const ruled = await networks.mutate(
      account,
      'updateSecurityGroup',
      { id: sg, rules: [] },
      'securityGroup { rules { protocol } }',
    );
    expect(ruled).toMatchObject({ securityGroup: { rules: [] } });
    expect((await networks.remove(account, id)).userErrors).toMatchObject([{ code: 'RESOURCE_IN_USE' }]);
    for (const part of [sw, sg, id])
      expect(await networks.remove(account, part)).toEqual({ deletedId: part, userErrors: [] });
    expect((await networks.clusters.run(query, { id }, account)).data).toMatchObject({ vpc: null });
    expect([
      await networks.used(account, 'vpcs'),
      await networks.used(account, 'vswitches-per-vpc', id),
    ]).toEqual([0, 0]);
  });

  test('are deleted by exactly one of several concurrent requests', async () => {
    const account = networks.fresh();
    const vpc = await networks.vpc(account);
    const vSwitch = await networks.vSwitch(account, vpc, 'a', '192.168.0.0/20');
    const group = await networks.group(account, vpc, []);
    for (const id of [vSwitch, group, vpc]) {
      const payloads = await Promise.all(Array.from({ length: 6 }, () => networks.remove(account, id)));
      const codes = payloads.map(({ userErrors }) => userErrors[0]?.code ?? 'deleted').sort();
      expect(codes, id).toEqual([...Array<string>(5).fill('NOT_FOUND'), 'deleted']);
    }
  });

  test('of another account are not found', async () => {
    const [mine, other] = [networks.fresh(), networks.fresh()];
    const id = await networks.vpc(mine);
    expect(
      (await networks.clusters.run('query ($id: ID!) { vpc(id: $id) { id } }', { id }, other)).data,
    ).toEqual({
      vpc: null,
    });
    expect((await networks.remove(other, id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const response = await networks.create(other, { network: { vpcId: id } });
    expect(response.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'network', 'vpcId'] }]);
  });

  test('have quotas: the eleventh VPC and the twenty-fifth vSwitch are rejected until the limit is raised', async () => {
    const account = networks.fresh();
    const ids: string[] = [];
    for (let index = 0; index < 10; index += 1) ids.push(await networks.vpc(account));
    const input = { name: 'net', regionId: 'cn-hangzhou', cidr: '10.0.0.0/8' };
    const eleventh = () => networks.mutate(account, 'createVpc', input, 'vpc { id }');
    expect((await eleventh()).userErrors).toMatchObject([
      { code: 'QUOTA_EXCEEDED', resource: 'vpcs', limit: 10, used: 10 },
    ]);
    await setLimit(networks.clusters.platform.database.prisma, account, { resource: 'vpcs', scope: '' }, 11);
    expect((await eleventh()).userErrors).toEqual([]);
    const first = ids[0]!;
    for (let index = 0; index < 24; index += 1)
      await networks.vSwitch(account, first, 'a', `192.168.${index}.0/24`);
    const last = { vpcId: first, zoneId: 'cn-hangzhou-a', name: 'last', cidr: '192.168.24.0/24' };
    const response = await networks.mutate(account, 'createVSwitch', last, 'vSwitch { id }');
    expect(response.userErrors).toMatchObject([
      { code: 'QUOTA_EXCEEDED', resource: 'vswitches-per-vpc', limit: 24 },
    ]);
  });

  test.each([
    [{ zoneId: 'cn-beijing-a' }, 'UNKNOWN_ZONE'],
    [{ cidr: '10.0.0.0/24' }, 'NETWORK_MISMATCH'],
    [{ cidr: '192.168.0.128/25' }, 'CIDR_OVERLAP'],
    [{ cidr: '192.168.1.1/24' }, 'INVALID_INPUT'],
    [{ name: '-' }, 'INVALID_INPUT'],
  ])('rejects a vSwitch with %j with %s', async (more, code) => {
    const account = networks.fresh();
    const vpcId = await networks.vpc(account);
    await networks.vSwitch(account, vpcId, 'a', '192.168.0.0/24');
    const input = { vpcId, zoneId: 'cn-hangzhou-a', name: 'sw', cidr: '192.168.1.0/24', ...more };
    const response = await networks.mutate(account, 'createVSwitch', input, 'vSwitch { id }');
    expect(response.userErrors).toMatchObject([{ code }]);
  });

  test('a repeated request with the same clientToken creates one VPC', async () => {
    const account = networks.fresh();
    const [a, b] = [
      await networks.vpc(account, { clientToken: 't' }),
      await networks.vpc(account, { clientToken: 't' }),
    ];
    expect([b, await networks.used(account, 'vpcs')]).toEqual([a, 1]);
  });
});

test('a fleet with its networks, resources, control planes and service levels costs as many statements as one cluster', async () => {
  const account = networks.fresh();
  const query = `query { clusters(first: 100) { nodes { id
    network { podCidr vpc { id clusterCount vSwitches { id } } vSwitches { id vpc { id } } securityGroup { id vpc { id } } }
    resources(first: 50) { nodes { id type } } controlPlane { available incidents { id } } sla { availability } } } }`;
  const cost = async () =>
    (await networks.clusters.kit.statements(() => networks.clusters.run(query, {}, account))).length;
  await networks.create(account);
  const single = await cost();
  for (let index = 0; index < 7; index += 1)
    await networks.create(account, { regionId: index % 2 ? 'cn-hangzhou' : 'cn-beijing' });
  expect(await cost()).toBe(single);
});

test('the quotas of a VPC, its route table and a security group are read and raised by the graph', async () => {
  const account = networks.fresh();
  const { cluster } = await networks.create(account);
  const ask = askSubgraph(await createQuotasSubgraph(networks.clusters.platform));
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
    application: quotaApplication { limit } userErrors { code } } }`;
  const requestIncrease = async (resource: string, scope: string, limit: number) =>
    (
      await ask<{ requestQuotaIncrease: object }>(account, raise, {
        input: { quotaId: id(resource, scope), limit, reason: 'test' },
      })
    ).data.requestQuotaIncrease;
  expect(await requestIncrease('custom-routes-per-route-table', net.id, 100)).toEqual({
    application: { limit: 100 },
    userErrors: [],
  });
  expect(await requestIncrease('private-ips-per-vpc', net.id, 70_000)).toMatchObject({
    userErrors: [{ code: 'NOT_ADJUSTABLE' }],
  });
  const foreign = await ask<{ quota: object | null }>(
    'somebody',
    'query ($id: ID!) { quota(id: $id) { used } }',
    { id: id('vswitches-per-vpc', net.id) },
  );
  expect(foreign.data.quota).toBeNull();
});
