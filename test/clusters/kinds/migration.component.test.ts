import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setLimit } from '../../../engine/ledger/ledger.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { runningCluster } from '../running-cluster.js';
import { type PayloadView } from '../requests.js';
import type { KindView } from './kinds-kit.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

describe('request to migrate to Pro', () => {
  const migrate = async (id: string, account: string, dryRun = false) =>
    (
      await clusters.run<{ payload: PayloadView & { cluster: KindView | null } }>(
        `mutation ($input: MigrateClusterInput!, $dryRun: Boolean) { payload: migrateCluster(input: $input, dryRun: $dryRun) {
          cluster { id state product } operation { id type state stages { name } } userErrors { code message path } } }`,
        { input: { id }, dryRun },
        account,
      )
    ).data.payload;

  test('a dry run returns the blocking problems and stores nothing', async () => {
    const { id } = await runningCluster(clusters, 'mover', { name: 'std', spec: 'STANDARD' });
    expect(await migrate(id, 'mover', true)).toMatchObject({
      cluster: { state: 'UPDATING', product: 'ACK_STANDARD' },
      operation: null,
      userErrors: [],
    });
    expect(
      await clusters.platform.database.prisma.operation.count({ where: { type: 'MIGRATE_CLUSTER' } }),
    ).toBe(0);
  });

  test('is rejected if the quota of Pro is exhausted', async () => {
    const { id } = await runningCluster(clusters, 'full', { name: 'std', spec: 'STANDARD' });
    const { prisma } = clusters.platform.database;
    await setLimit(prisma, 'full', { resource: 'ACK_PRO/clustersPerAccount', scope: '*' }, 0);
    expect(await migrate(id, 'full')).toMatchObject({
      cluster: null,
      operation: null,
      userErrors: [{ code: 'QUOTA_EXCEEDED', path: ['input', 'id'] }],
    });
  });

  test('is rejected in a region without Pro', async () => {
    const { id } = await runningCluster(clusters, 'remote', { name: 'std', spec: 'STANDARD' });
    const { prisma } = clusters.platform.database;
    // No region offers Standard without Pro, so the row is moved to a region that offers neither.
    await prisma.cluster.update({ where: { id }, data: { regionId: 'me-east-1' } });
    expect((await migrate(id, 'remote')).userErrors).toMatchObject([{ code: 'PRODUCT_COMING_SOON' }]);
  });

  test('is rejected for other products, and for clusters of another account like unknown ones', async () => {
    const { id } = await runningCluster(clusters, 'pro', { name: 'pro' });
    expect((await migrate(id, 'pro')).userErrors).toMatchObject([{ code: 'MIGRATION_NOT_ALLOWED' }]);
    expect((await migrate(id, 'stranger')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});
