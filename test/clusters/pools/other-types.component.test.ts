import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setLimit } from '../../../engine/ledger/ledger.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { runningCluster } from '../running-cluster.js';
import { clusterMutation, type PayloadView, poolMutation } from '../requests.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

const RUNV = 'SANDBOXED_CONTAINER_RUNV';
const ARM = 'ecs.g6r.xlarge';
const CENTOS = 'centos_7_9_x64_20G_alibase_20220526.vhd';

const codes = async (query: string, input: Record<string, unknown>, account: string) => {
  const { data } = await clusters.run<{ payload: PayloadView }>(query, { input }, account);
  return data.payload.userErrors.map(({ code, path }) => [code, ...(path ?? []).slice(1)].join(' '));
};
const scale = (input: Record<string, unknown>, account: string) =>
  codes(clusterMutation('scaleClusterVertically', 'ScaleClusterVerticallyInput'), input, account);
const update = (input: Record<string, unknown>, account: string) =>
  codes(poolMutation('updateNodePool', 'UpdateNodePoolInput'), input, account);

/** Creates a running cluster with a pool, in a separate account without the limit on instance sizes. */
async function withPool(account: string, pool: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const { prisma } = clusters.platform.database;
  await setLimit(prisma, account, { resource: 'payg-max-vcpu-per-instance', scope: '*' }, 128);
  const nodePools = [{ name: 'a', ...pool }];
  const cluster = await runningCluster(clusters, account, { name: 'one', ...more, nodePools });
  return { id: cluster.id, pool: cluster.nodePools.nodes[0]?.id };
}

describe('instance types of an existing pool', () => {
  interface Case {
    readonly pool: Record<string, unknown>;
    readonly more: Record<string, unknown>;
    readonly bad: string;
    readonly good: string;
    readonly rejected?: string;
  }
  test.each<[string, Case]>([
    [
      'of sandboxes are bare metal',
      {
        pool: { instanceTypes: ['ecs.ebmg7.32xlarge'], runtime: RUNV },
        more: { capability: 'SANDBOX' },
        bad: 'ecs.g7.xlarge',
        good: 'ecs.ebmc7.32xlarge',
      },
    ],
    [
      'of a confidential cluster have SGX',
      {
        pool: { instanceTypes: ['ecs.g7t.xlarge'] },
        more: { capability: 'CONFIDENTIAL' },
        bad: 'ecs.g7.xlarge',
        good: 'ecs.c7t.xlarge',
      },
    ],
    [
      'that shares GPUs have some',
      {
        pool: { instanceTypes: ['ecs.gn6i-c4g1.xlarge'], gpuSharing: true },
        more: { capability: 'GPU' },
        bad: 'ecs.g7.xlarge',
        good: 'ecs.gn6i-c8g1.2xlarge',
      },
    ],
    [
      'with an image of its own are of the architecture of that',
      {
        pool: { instanceTypes: ['ecs.g7.xlarge'], instanceConfig: { imageId: CENTOS } },
        more: {},
        bad: ARM,
        good: 'ecs.c7.xlarge',
        rejected: 'INVALID_INPUT instanceTypes',
      },
    ],
  ])(
    '%s: by updateNodePool and scaleClusterVertically',
    async (
      description,
      { pool, more, bad, good, rejected = 'INSTANCE_TYPE_NOT_ALLOWED instanceTypes 0' },
    ) => {
      const account = `of-${description.length}`;
      const created = await withPool(account, pool, more);
      expect(await update({ id: created.pool, instanceTypes: [bad] }, account)).toEqual([rejected]);
      expect(await scale({ id: created.id, instanceTypes: [bad] }, account)).toEqual([rejected]);
      expect(await scale({ id: created.id, instanceTypes: [good] }, account)).toEqual([]);
    },
  );

  test('are accepted by updateNodePool with an image of their architecture', async () => {
    const { pool } = await withPool('new-image', {
      instanceTypes: ['ecs.g7.xlarge'],
      instanceConfig: { imageId: CENTOS },
    });
    const instanceConfig = { imageId: 'aliyun_2_1903_arm64_20G_alibase_20220525.vhd' };
    expect(await update({ id: pool, instanceTypes: [ARM], instanceConfig }, 'new-image')).toEqual([]);
  });

  test('must have one architecture and be instances', async () => {
    const { id, pool } = await withPool('mixed', { instanceTypes: ['ecs.g7.xlarge'] });
    const mixed = [ARM, 'ecs.g7.2xlarge'];
    expect(await update({ id: pool, instanceTypes: mixed }, 'mixed')).toEqual([
      'INVALID_INPUT instanceTypes',
    ]);
    expect(await scale({ id, instanceTypes: mixed }, 'mixed')).toEqual(['INVALID_INPUT instanceTypes']);
    expect(await scale({ id, instanceTypes: ['eci.virtual-node'] }, 'mixed')).toEqual([
      'INSTANCE_TYPE_TOO_SMALL instanceTypes 0',
    ]);
  });

  test('cannot turn a subscription pool into a pool of virtual nodes, which are pay-as-you-go', async () => {
    const { pool } = await withPool('bought', {
      instanceTypes: ['ecs.g7.xlarge'],
      instanceConfig: { chargeType: 'PREPAID' },
    });
    const request = { id: pool, instanceTypes: ['eci.virtual-node'] };
    expect(await update(request, 'bought')).toEqual(['INVALID_INPUT instanceConfig chargeType']);
  });
});

describe('scaleClusterVertically', () => {
  test('ignores virtual nodes', async () => {
    const { id, pool } = await withPool('virtual', { instanceTypes: ['eci.virtual-node'] });
    const request = { id, instanceTypes: ['ecs.g7.xlarge'] };
    expect(await scale(request, 'virtual')).toEqual(['INVALID_INPUT nodePoolIds']);
    expect(await scale({ ...request, nodePoolIds: [pool] }, 'virtual')).toEqual([
      'INVALID_INPUT nodePoolIds 0',
    ]);
  });

  test.each([
    ['serverless', { profile: 'SERVERLESS' }],
    ['registered', { type: 'EXTERNAL_KUBERNETES', spec: null }],
  ])('finds nothing to scale in a %s cluster', async (account, kind) => {
    const { id } = await runningCluster(clusters, account, { name: 'none', ...kind });
    expect(await scale({ id, instanceTypes: ['ecs.g7.xlarge'] }, account)).toEqual([
      'UNSUPPORTED_BY_KIND id',
    ]);
  });
});
