import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNodePool } from '../../subgraphs/clusters/store/node-pool.store.js';
import { type ClustersKit, openClusters } from './kit.js';
import { CREATE, type Created, proCluster } from './requests.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

const NAMES = '{ clusters { nodes { name conditions { type } } } }';

async function createCluster(name: string): Promise<string> {
  const nodePools = [{ name: 'workers', desiredSize: 0, instanceTypes: ['ecs.g6.xlarge'] }];
  const { data } = await clusters.run<Created>(CREATE, { input: proCluster(name, { nodePools }) });
  return data.createCluster.cluster?.id ?? '';
}

test('masks the error of a malformed JSON column and answers other requests', async () => {
  const id = await createCluster('malformed');
  const { prisma } = clusters.platform.database;
  await prisma.$executeRaw`UPDATE clusters.cluster SET conditions = '[{"type":"Ready"}]' WHERE id = ${id}`;
  const { errors } = await clusters.run(NAMES);
  expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  expect(JSON.stringify(errors)).not.toContain('malformed');
  await prisma.$executeRaw`UPDATE clusters.cluster SET conditions = '[]' WHERE id = ${id}`;
  expect((await clusters.run(NAMES)).data).toMatchObject({ clusters: { nodes: [{ name: 'malformed' }] } });
});

test('names the table, the row and the path of a malformed JSON column to a reconciler', async () => {
  const clusterId = await createCluster('pools');
  const { prisma } = clusters.platform.database;
  const { id } = await prisma.nodePool.findFirstOrThrow({ where: { clusterId } });
  await prisma.$executeRaw`
    UPDATE clusters.node_pool SET config = jsonb_set(config, '{instanceConfig,zoneIds}', '"one"') WHERE id = ${id}`;
  await expect(findNodePool(prisma, id)).rejects.toThrow(
    new RegExp(`^The row ${id} of clusters\\.node_pool is malformed\\. config\\.instanceConfig\\.zoneIds: `),
  );
});
