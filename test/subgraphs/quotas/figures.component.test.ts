import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQuotaUsage, reserve } from '../../../engine/ledger/ledger.js';
import { packageRoot } from '../../../kernel/package-root.js';
import { readCatalog } from '../../../catalog/catalog.js';
import { findTests, testTitles } from '../../../scripts/capabilities/test-titles.js';
import { reserveNodeNetwork } from '../../../subgraphs/clusters/changes/node-network.js';
import { reserveInstances } from '../../../subgraphs/clusters/changes/reserve-instances.js';
import { type ClustersKit, openClusters } from '../../clusters/kit.js';
import { runningCluster } from '../../clusters/running-cluster.js';

const AT_LIMITS = 'test/subgraphs/quotas/mutations-at-limits.component.test.ts';

/** The test of each figure of the ACK documentation: the limit can be reached, and one more is rejected. */
const PAIRS: Readonly<Record<string, readonly [file: string, test: string]>> = {
  clustersPerAccount: [AT_LIMITS, 'creates the last cluster of %s of %i, and rejects one more'],
  nodePoolsPerCluster: [AT_LIMITS, 'creates the last pool of a cluster of %s of %i, and rejects one more'],
  nodesPerCluster: [AT_LIMITS, 'scales a cluster of %s to %i nodes, and rejects one more'],
  podsPerNode: [
    'test/kubesim/pod-limits.component.test.ts',
    'a node runs 256 pods and keeps another one pending',
  ],
  podsPerCluster: [
    'test/kubesim/pod-limits.component.test.ts',
    'a cluster of %s runs %i pods, and its API server rejects another one as an exceeded quota',
  ],
  'payg-vcpu': [
    'test/subgraphs/quotas/vcpu.component.test.ts',
    'allow 25 of the smallest nodes: a pool of 30 is partial and reports why five are missing',
  ],
  'payg-max-vcpu-per-instance': [
    AT_LIMITS,
    'accepts pay-as-you-go instances of fewer than 16 vCPUs until the limit is raised',
  ],
  'spot-vcpu': [
    'test/subgraphs/quotas/figures.component.test.ts',
    'spot instances use %i vCPUs, and another instance is rejected',
  ],
  'instances-per-scaling-group': [
    AT_LIMITS,
    'accepts 2000 instances in a scaling group, and more when the limit is raised',
  ],
  'custom-routes-per-route-table': [
    'test/clusters/network/node-addresses.component.test.ts',
    'Flannel uses a route per node: 48 of 50 nodes are created, the others after the quota is raised',
  ],
  'vswitches-per-vpc': [
    'test/clusters/network/network.component.test.ts',
    'have quotas: the eleventh VPC and the twenty-fifth vSwitch are rejected until the limit is raised',
  ],
  vpcs: [
    'test/clusters/network/network.component.test.ts',
    'have quotas: the eleventh VPC and the twenty-fifth vSwitch are rejected until the limit is raised',
  ],
  'private-ips-per-vpc': [
    'test/subgraphs/quotas/figures.component.test.ts',
    'a network has room for one node to %s of %i',
  ],
  'ips-per-security-group': [
    'test/subgraphs/quotas/figures.component.test.ts',
    'a network has room for one node to %s of %i',
  ],
  'secondary-enis': [
    'test/subgraphs/quotas/figures.component.test.ts',
    'a network has room for one node to %s of %i',
  ],
  eips: [
    'test/clusters/network/cluster-network.component.test.ts',
    'uses an EIP for a public endpoint; the twenty-first is rejected',
  ],
  'load-balancers': [AT_LIMITS, 'uses a load balancer for the API server, 60 in total, and rejects one more'],
  'servers-per-load-balancer': [
    'test/subgraphs/quotas/cloud-resource-requests.component.test.ts',
    'have at most 200 instances: scaling to 201 is rejected until one is removed',
  ],
  'listeners-per-load-balancer': [
    'test/subgraphs/quotas/cloud-resource-requests.component.test.ts',
    'have at most 50 listeners, and an instance belongs to at most 50 of them',
  ],
  'backend-repeats-per-instance': [
    'test/subgraphs/quotas/cloud-resource-requests.component.test.ts',
    'have at most 50 listeners, and an instance belongs to at most 50 of them',
  ],
};

describe('figures of the ACK documentation', () => {
  it('each has a test that reaches its limit, and is rejected beyond it', async () => {
    const { clusterQuotas, resourceQuotas } = await readCatalog();
    const counts = clusterQuotas.flatMap(({ product: _, notAdjustable: __, ...figures }) =>
      Object.entries(figures).flatMap(([count, limit]) => (limit === null ? [] : [count])),
    );
    const resources = resourceQuotas.flatMap(({ id, limit }) => (limit === null ? [] : [id]));
    expect(Object.keys(PAIRS).sort()).toEqual([...new Set([...counts, ...resources])].sort());
    for (const [figure, [file, test]] of Object.entries(PAIRS)) {
      const titles = testTitles(await readFile(join(packageRoot, file), 'utf8'));
      const found = findTests(titles, test).filter(({ skipped }) => !skipped);
      expect(found, `${figure}: ${file} has the test "${test}"`).not.toEqual([]);
    }
  });
});

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

it.each([800])('spot instances use %i vCPUs, and another instance is rejected', async (limit) => {
  const { prisma } = clusters.kit.database;
  const input = { account: 'spot', chargeType: 'SPOT', count: limit / 4 + 1, vcpus: 4, disks: 1 } as const;
  const grant = await prisma.$transaction((tx) => reserveInstances(tx, input));
  expect(grant).toEqual({ granted: limit / 4, shortage: null });
  expect(await readQuotaUsage(prisma, 'spot', [{ resource: 'spot-vcpu', scope: '' }])).toMatchObject([
    { limit, used: limit },
  ]);
});

describe('Terway networks', () => {
  const TYPE = 'ecs.g7.xlarge';

  it.each([
    ['private-ips-per-vpc', 65_535, 'IP_NOT_AVAILABLE'],
    ['ips-per-security-group', 2_000, 'IP_NOT_AVAILABLE'],
    ['secondary-enis', 50_000, 'IP_NOT_AVAILABLE'],
  ] as const)('a network has room for one node to %s of %i', async (resource, limit, code) => {
    const { prisma } = clusters.kit.database;
    const account = `last-${resource}`;
    const { id: clusterId } = await runningCluster(clusters, account, {
      name: 'full',
      networkPlugin: 'TERWAY',
    });
    const { vpcId, securityGroupId } = await prisma.clusterNetwork.findUniqueOrThrow({
      where: { clusterId },
    });
    const scopes = { 'private-ips-per-vpc': vpcId, 'ips-per-security-group': securityGroupId };
    const scope = { ...scopes, 'secondary-enis': '' }[resource];
    const used = async () => (await readQuotaUsage(prisma, account, [{ resource, scope }]))[0]?.used ?? 0;
    const nodes = { account, clusterId, instanceTypes: [TYPE], securityGroupId: null };
    expect(await prisma.$transaction((tx) => reserveNodeNetwork(tx, { ...nodes, count: 1 }))).toEqual({
      granted: 1,
      shortage: null,
    });
    const each = await used();
    expect(each).toBeGreaterThan(0);
    const others = { account, resource, scope, amount: limit - 2 * each };
    await prisma.$transaction((tx) => reserve(tx, others));
    const grant = await prisma.$transaction((tx) => reserveNodeNetwork(tx, { ...nodes, count: 2 }));
    expect(grant).toMatchObject({ granted: 1, shortage: { code } });
    expect(await used()).toBe(limit);
  });
});
