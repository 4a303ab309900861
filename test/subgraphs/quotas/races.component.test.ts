import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQuotaUsage, reserve, setLimit } from '../../../engine/ledger/ledger.js';
import { toResult } from '../../../kernel/result.js';
import { readCatalog } from '../../../catalog/catalog.js';
import { reserveInstances } from '../../../subgraphs/clusters/changes/reserve-instances.js';
import { type ClustersKit, openClusters } from '../../clusters/kit.js';
import { runningCluster } from '../../clusters/running-cluster.js';
import { CREATE, ERRORS, proCluster, type UserErrorView } from '../../clusters/requests.js';

const CLIENTS = 50;

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

const all = <T>(attempt: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: CLIENTS }, (_, index) => attempt(index)));

async function used(account: string, resource: string, scope: string): Promise<number | undefined> {
  return (await readQuotaUsage(clusters.kit.database.prisma, account, [{ resource, scope }]))[0]?.used;
}

/** Sets the limit so that one unit of the resource is left; returns the limit. */
async function leaveOne(account: string, resource: string, scope = ''): Promise<number> {
  const { prisma } = clusters.kit.database;
  const limit = ((await used(account, resource, scope)) ?? 0) + 1;
  await setLimit(prisma, account, { resource, scope: '*' }, limit);
  return limit;
}

const { clusterQuotas, resourceQuotas } = await readCatalog();
const resources = [
  ...clusterQuotas.flatMap(({ product, notAdjustable: _, ...figures }) =>
    Object.entries(figures).flatMap(([count, limit]) => (limit === null ? [] : [`${product}/${count}`])),
  ),
  ...resourceQuotas.map(({ id }) => id),
  ...clusterQuotas.flatMap(({ product, nodePoolsPerCluster }) =>
    nodePoolsPerCluster === null ? [] : [`${product}/scalingGroupsPerCluster`],
  ),
];

describe('last unit of a quota', () => {
  it.each(resources)('of %s is reserved by exactly one of 50 transactions', async (resource) => {
    const { prisma } = clusters.kit.database;
    const account = `ledger-${resource}`;
    const limit = await leaveOne(account, resource);
    const request = { account, resource, scope: '', amount: 1 };
    const results = await all(() => toResult(() => prisma.$transaction((tx) => reserve(tx, request))));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.flatMap((result) => (result.ok ? [] : result.problems.map(({ code }) => code)))).toEqual(
      Array(CLIENTS - 1).fill('QUOTA_EXCEEDED'),
    );
    expect(await used(account, resource, '')).toBe(limit);
  });

  it.each([
    ['payg-vcpu', 'POSTPAID'],
    ['spot-vcpu', 'SPOT'],
  ] as const)('of %s is granted to exactly one of 50 instances', async (resource, chargeType) => {
    const { prisma } = clusters.kit.database;
    const account = `instances-${resource}`;
    await setLimit(prisma, account, { resource, scope: '*' }, 7);
    const spec = { account, chargeType, count: 1, vcpus: 4, disks: 0 };
    const grants = await all(() => prisma.$transaction((tx) => reserveInstances(tx, spec)));
    expect(grants.reduce((sum, { granted }) => sum + granted, 0)).toBe(1);
    expect(grants.filter(({ granted }) => granted === 0)).toHaveLength(CLIENTS - 1);
    expect(await used(account, resource, '')).toBe(4);
  });
});

interface MutationData {
  readonly payload: { readonly userErrors: (UserErrorView & { readonly resource?: string })[] };
}

/** 50 clients concurrently request a unit of the resource: one succeeds, the others are rejected with QUOTA_EXCEEDED. */
async function race(
  account: string,
  { resource, scope = '' }: { readonly resource: string; readonly scope?: string },
  ask: (index: number) => { readonly query: string; readonly input: object },
): Promise<void> {
  const limit = await leaveOne(account, resource, scope);
  const userErrors = await all(async (index) => {
    const { query, input } = ask(index);
    const { data, errors } = await clusters.run<MutationData>(query, { input }, account);
    expect(errors ?? []).toEqual([]);
    return data.payload.userErrors;
  });
  expect(userErrors.filter((errors) => errors.length === 0)).toHaveLength(1);
  const rejected = userErrors.flat();
  expect(rejected).toHaveLength(CLIENTS - 1);
  for (const error of rejected) expect(error).toMatchObject({ code: 'QUOTA_EXCEEDED', resource });
  expect(await used(account, resource, scope)).toBe(limit);
}

const mutation = (name: string) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return `mutation ($input: ${type}!) { payload: ${name}(input: $input) { ${ERRORS} } }`;
};
const create = CREATE.replace('createCluster(', 'payload: createCluster(');

describe('50 concurrent requests for the last unit', () => {
  it.each(['load-balancers', 'eips'])('of %s by createCluster: one succeeds', async (resource) => {
    const account = `create-${resource}`;
    const network = { publicEndpoint: resource === 'eips' };
    await race(account, { resource }, (index) => ({
      query: create,
      input: proCluster(`racer-${index}`, { network }),
    }));
    expect(await clusters.kit.database.prisma.cluster.count({ where: { account } })).toBe(1);
  });

  it.each(['ACK_PRO/nodePoolsPerCluster', 'ACK_PRO/scalingGroupsPerCluster', 'ACK_PRO/nodesPerCluster'])(
    'of %s by createNodePool: one succeeds',
    async (resource) => {
      const account = `pools-${resource}`;
      const { id: clusterId } = await runningCluster(clusters, account, { name: 'raced' });
      const desiredSize = resource.endsWith('/nodesPerCluster') ? 1 : 0;
      await race(account, { resource, scope: clusterId }, (index) => ({
        query: mutation('createNodePool'),
        input: { clusterId, name: `pool-${index}`, instanceTypes: ['ecs.g7.xlarge'], desiredSize },
      }));
    },
  );

  it('of VPCs and vSwitches: one succeeds', async () => {
    const account = 'networks';
    await race(account, { resource: 'vpcs' }, (index) => ({
      query: mutation('createVpc'),
      input: { name: `net-${index}`, regionId: 'cn-hangzhou', cidr: '192.168.0.0/16' },
    }));
    const { id: vpcId } = await clusters.kit.database.prisma.vpc.findFirstOrThrow({ where: { account } });
    await race(account, { resource: 'vswitches-per-vpc', scope: vpcId }, (index) => ({
      query: mutation('createVSwitch'),
      input: { vpcId, zoneId: 'cn-hangzhou-b', name: `sw-${index}`, cidr: `192.168.${index}.0/24` },
    }));
  });
});
