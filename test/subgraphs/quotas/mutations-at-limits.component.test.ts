import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQuotaUsage, reserve, setLimit } from '../../../engine/ledger/ledger.js';
import { quotaId } from '../../../engine/ledger/quota-id.js';
import { packageRoot } from '../../../kernel/package-root.js';
import type { ClusterQuotaEntry } from '../../../catalog/catalog.js';
import { type ClustersKit, openClusters } from '../../clusters/kit.js';
import { runningCluster } from '../../clusters/running-cluster.js';
import { CREATE, type Created, ERRORS, type PayloadView, poolMutation } from '../../clusters/requests.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

/** Input of createCluster by product. */
const requests: Readonly<Record<string, Record<string, unknown>>> = {
  ACK_STANDARD: { type: 'MANAGED_KUBERNETES', spec: 'STANDARD' },
  ACK_PRO: { type: 'MANAGED_KUBERNETES', spec: 'PRO' },
  ACK_DEDICATED: { type: 'KUBERNETES', spec: null },
  ASK_STANDARD: { type: 'MANAGED_KUBERNETES', profile: 'SERVERLESS', spec: 'STANDARD' },
  ASK_PRO: { type: 'MANAGED_KUBERNETES', profile: 'SERVERLESS', spec: 'PRO' },
  EDGE_STANDARD: { type: 'MANAGED_KUBERNETES', profile: 'EDGE', spec: 'STANDARD' },
  EDGE_PRO: { type: 'MANAGED_KUBERNETES', profile: 'EDGE', spec: 'PRO' },
  REGISTERED: { type: 'EXTERNAL_KUBERNETES' },
};

const products = JSON.parse(
  readFileSync(join(packageRoot, 'prisma/catalog/cluster-quotas.json'), 'utf8'),
) as ClusterQuotaEntry[];
const pooled = products.filter(({ nodesPerCluster }) => nodesPerCluster !== null);

const TYPE = 'ecs.g7.xlarge';
let names = 0;

function request(product: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { name: `c-${++names}`, regionId: 'cn-hangzhou', ...requests[product], ...more };
}

async function create(account: string, input: Record<string, unknown>) {
  const { data, errors } = await clusters.run<Created>(CREATE, { input }, account);
  expect(errors ?? []).toEqual([]);
  return data.createCluster;
}

function use(account: string, resource: string, scope: string, amount: number): Promise<void> {
  return clusters.kit.database.prisma.$transaction((tx) => reserve(tx, { account, resource, scope, amount }));
}

async function used(account: string, resource: string, scope = ''): Promise<number | undefined> {
  return (await readQuotaUsage(clusters.kit.database.prisma, account, [{ resource, scope }]))[0]?.used;
}

const raise = (account: string, resource: string, limit: number) =>
  setLimit(clusters.kit.database.prisma, account, { resource, scope: '*' }, limit);

const exceeded = (resource: string, limit: number, inUse: number, requested: number) =>
  expect.objectContaining({ code: 'QUOTA_EXCEEDED', resource, limit, used: inUse, requested });

async function addPool(account: string, clusterId: string, more: Record<string, unknown> = {}) {
  const input = { clusterId, name: `p-${++names}`, instanceTypes: [TYPE], desiredSize: 0, ...more };
  const { data, errors } = await clusters.run<{ payload: PayloadView }>(
    poolMutation('createNodePool', 'CreateNodePoolInput'),
    { input },
    account,
  );
  expect(errors ?? []).toEqual([]);
  return data.payload.userErrors;
}

describe('createCluster', () => {
  it.each(products.map(({ product, clustersPerAccount }) => [product, clustersPerAccount ?? 0] as const))(
    'creates the last cluster of %s of %i, and rejects one more',
    async (product, limit) => {
      const account = `clusters-${product}`;
      const resource = `${product}/clustersPerAccount`;
      await use(account, resource, '', limit - 1);
      expect((await create(account, request(product))).userErrors).toEqual([]);
      const { cluster, userErrors } = await create(account, request(product));
      expect(cluster).toBeNull();
      expect(userErrors).toEqual([exceeded(resource, limit, limit, 1)]);
      expect(await used(account, resource)).toBe(limit);
    },
  );

  it.each(pooled.map(({ product, nodesPerCluster }) => [product, nodesPerCluster ?? 0] as const))(
    'of %s accepts %i nodes, and rejects one more',
    async (product, limit) => {
      const pool = (desiredSize: number) => ({
        nodePools: [{ name: 'workers', instanceTypes: [TYPE], desiredSize }],
      });
      const account = `nodes-${product}`;
      const created = await create(account, request(product, pool(limit)));
      expect(created.userErrors).toEqual([]);
      expect(await used(account, `${product}/nodesPerCluster`, created.cluster?.id)).toBe(limit);
      const { userErrors } = await create(account, request(product, pool(limit + 1)));
      expect(userErrors).toEqual([exceeded(`${product}/nodesPerCluster`, limit, 0, limit + 1)]);
    },
  );

  it('uses a load balancer for the API server, 60 in total, and rejects one more', async () => {
    await use('balanced', 'load-balancers', '', 59);
    expect((await create('balanced', request('ACK_PRO'))).userErrors).toEqual([]);
    expect((await create('balanced', request('ACK_PRO'))).userErrors).toEqual([
      exceeded('load-balancers', 60, 60, 1),
    ]);
    expect((await create('balanced', request('REGISTERED'))).userErrors).toEqual([]);
  });

  it('accepts pay-as-you-go instances of fewer than 16 vCPUs until the limit is raised', async () => {
    const pool = (type: string, desiredSize = 1) => ({
      nodePools: [{ name: 'workers', instanceTypes: [type], desiredSize }],
    });
    const resource = 'payg-max-vcpu-per-instance';
    expect((await create('large', request('ACK_PRO', pool('ecs.g7.2xlarge')))).userErrors).toEqual([]);
    expect((await create('large', request('ACK_PRO', pool('ecs.g7.4xlarge')))).userErrors).toEqual([
      exceeded(resource, 15, 0, 16),
    ]);
    expect((await create('large', request('ACK_PRO', pool('ecs.g7.4xlarge', 0)))).userErrors).toEqual([]);
    await raise('large', resource, 16);
    expect((await create('large', request('ACK_PRO', pool('ecs.g7.4xlarge')))).userErrors).toEqual([]);
  });
});

describe('existing node pool', () => {
  const resource = 'payg-max-vcpu-per-instance';
  const [FITS, TOO_LARGE] = ['ecs.g7.2xlarge', 'ecs.g7.4xlarge'];
  const mutate = async (name: string, input: Record<string, unknown>, account: string) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const { data, errors } = await clusters.run<{ payload: PayloadView }>(
      `mutation ($input: ${type}!) { payload: ${name}(input: $input) { operation { id } ${ERRORS} } }`,
      { input },
      account,
    );
    expect(errors ?? []).toEqual([]);
    return data.payload.userErrors;
  };
  const withPool = async (account: string, more: Record<string, unknown> = {}) => {
    const pool = { name: 'workers', instanceTypes: [TYPE], desiredSize: 1, ...more };
    const input = request('ACK_PRO', { nodePools: [pool] }) as { name: string };
    const { id, nodePools } = await runningCluster(clusters, account, input);
    return { id, pool: nodePools.nodes[0]?.id ?? '' };
  };

  it('rejects pay-as-you-go instances of 16 vCPUs in updateNodePool until the limit is raised', async () => {
    const account = 'updates';
    const { pool: id } = await withPool(account);
    expect(await mutate('updateNodePool', { id, instanceTypes: [FITS, TOO_LARGE] }, account)).toEqual([
      exceeded(resource, 15, 0, 16),
    ]);
    await raise(account, resource, 16);
    expect(await mutate('updateNodePool', { id, instanceTypes: [FITS, TOO_LARGE] }, account)).toEqual([]);
  });

  it('accepts smaller types in a scale-up, regardless of its former types', async () => {
    const account = 'shrinks';
    const { pool: id } = await withPool(account, { instanceTypes: [TOO_LARGE], desiredSize: 0 });
    const autoscaling = { enabled: true, minSize: 1, maxSize: 2 };
    const growing = { id, autoscaling, acknowledgeRisk: true };
    expect(await mutate('updateNodePool', growing, account)).toEqual([exceeded(resource, 15, 0, 16)]);
    expect(await mutate('updateNodePool', { ...growing, instanceTypes: [FITS] }, account)).toEqual([]);
  });

  it('with spot instances is exempt from the limit, and cannot become pay-as-you-go with large ones', async () => {
    const account = 'spot';
    const { pool: id } = await withPool(account, {
      instanceTypes: [TOO_LARGE],
      instanceConfig: { chargeType: 'SPOT' },
    });
    const [rejected] = await mutate(
      'updateNodePool',
      { id, instanceConfig: { chargeType: 'POSTPAID' } },
      account,
    );
    expect(rejected).toEqual(exceeded(resource, 15, 0, 16));
    expect(rejected).toMatchObject({ path: ['input', 'instanceConfig', 'chargeType'] });
  });

  it('rejects vertical scaling to instances of 16 vCPUs until the limit is raised', async () => {
    const account = 'vertical';
    const { id } = await withPool(account);
    const spec = { id, instanceTypes: [TOO_LARGE], timing: 'IMMEDIATE' };
    expect(await mutate('scaleClusterVertically', spec, account)).toEqual([exceeded(resource, 15, 0, 16)]);
    await raise(account, resource, 16);
    expect(await mutate('scaleClusterVertically', spec, account)).toEqual([]);
  });
});

describe('createNodePool', () => {
  it.each(pooled.map(({ product, nodePoolsPerCluster }) => [product, nodePoolsPerCluster ?? 0] as const))(
    'creates the last pool of a cluster of %s of %i, and rejects one more',
    async (product, limit) => {
      const account = `pools-${product}`;
      const { id } = await runningCluster(clusters, account, request(product) as { name: string });
      const resource = `${product}/nodePoolsPerCluster`;
      await use(account, resource, id, limit - 1);
      await use(account, `${product}/scalingGroupsPerCluster`, id, limit - 1);
      expect(await addPool(account, id)).toEqual([]);
      expect(await addPool(account, id)).toEqual([exceeded(resource, limit, limit, 1)]);
      expect(await used(account, resource, id)).toBe(limit);
    },
  );

  it.each(pooled.map(({ product, nodePoolsPerCluster }) => [product, nodePoolsPerCluster ?? 0] as const))(
    'uses a scaling group of its cluster: above %s %i pools both limits must be raised',
    async (product, limit) => {
      const account = `groups-${product}`;
      const pools = `${product}/nodePoolsPerCluster`;
      const groups = `${product}/scalingGroupsPerCluster`;
      const { id } = await runningCluster(clusters, account, request(product) as { name: string });
      for (const resource of [pools, groups]) await use(account, resource, id, limit);
      await raise(account, pools, limit + 2);
      const [rejected, ...others] = await addPool(account, id);
      expect(rejected).toEqual(exceeded(groups, limit, limit, 1));
      expect(rejected).toMatchObject({ quotaId: quotaId({ resource: groups, scope: '*' }) });
      expect(rejected?.message).toContain('requestQuotaIncrease');
      expect(others).toEqual([]);
      await raise(account, groups, limit + 1);
      expect(await addPool(account, id)).toEqual([]);
      expect(await addPool(account, id)).toEqual([exceeded(groups, limit + 1, limit + 1, 1)]);
    },
  );

  it('uses scaling groups of its own cluster only: another cluster at its limit does not affect it', async () => {
    const account = 'neighbours';
    const full = await runningCluster(clusters, account, request('ACK_PRO') as { name: string });
    const empty = await runningCluster(clusters, account, request('ACK_PRO') as { name: string });
    const groups = 'ACK_PRO/scalingGroupsPerCluster';
    await use(account, groups, full.id, 100);
    expect(await addPool(account, full.id)).toEqual([exceeded(groups, 100, 100, 1)]);
    expect(await addPool(account, empty.id)).toEqual([]);
    expect([await used(account, groups, full.id), await used(account, groups, empty.id)]).toEqual([100, 1]);
  });

  it('accepts 2000 instances in a scaling group, and more when the limit is raised', async () => {
    const account = 'group';
    await raise(account, 'ACK_PRO/nodesPerCluster', 10_000);
    const { id } = await runningCluster(clusters, account, request('ACK_PRO') as { name: string });
    expect(await addPool(account, id, { desiredSize: 2_000 })).toEqual([]);
    const group = 'instances-per-scaling-group';
    expect(await addPool(account, id, { desiredSize: 2_001 })).toEqual([exceeded(group, 2_000, 0, 2_001)]);
    const autoscaling = { enabled: true, minSize: 0, maxSize: 2_001 };
    expect(await addPool(account, id, { autoscaling })).toEqual([exceeded(group, 2_000, 0, 2_001)]);
    await raise(account, group, 2_001);
    expect(await addPool(account, id, { desiredSize: 2_001 })).toEqual([]);
    expect(await addPool(account, id, { autoscaling })).toEqual([]);
    expect(await addPool(account, id, { desiredSize: 2_002 })).toMatchObject([{ code: 'QUOTA_EXCEEDED' }]);
  });
});

describe('scaleNodePool', () => {
  it.each(pooled.map(({ product, nodesPerCluster }) => [product, nodesPerCluster ?? 0] as const))(
    'scales a cluster of %s to %i nodes, and rejects one more',
    async (product, limit) => {
      const account = `scale-${product}`;
      const pool = { name: 'workers', instanceTypes: [TYPE], desiredSize: 1 };
      const cluster = await runningCluster(
        clusters,
        account,
        request(product, { nodePools: [pool] }) as { name: string },
      );
      const nodePoolId = cluster.nodePools.nodes[0]?.id ?? '';
      const scale = async (desiredSize: number) => {
        const { data } = await clusters.run<{ payload: PayloadView }>(
          poolMutation('scaleNodePool', 'ScaleNodePoolInput'),
          { input: { nodePoolId, desiredSize } },
          account,
        );
        return data.payload.userErrors;
      };
      expect(await scale(limit + 1)).toEqual([exceeded(`${product}/nodesPerCluster`, limit, 1, limit)]);
      expect(await scale(limit)).toEqual([]);
      expect(await used(account, `${product}/nodesPerCluster`, cluster.id)).toBe(limit);
    },
  );
});
