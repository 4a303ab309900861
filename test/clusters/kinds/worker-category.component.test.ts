import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClustersKit, openClusters } from '../kit.js';
import { runningCluster } from '../running-cluster.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

test.each([
  ['EDGE', { profile: 'EDGE' }],
  ['X86', { profile: 'DEFAULT' }],
])('a worker has the category %s in a cluster of %o', async (category, more) => {
  const account = `category-${category.toLowerCase()}`;
  const pools = [{ name: 'workers', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }];
  const { id } = await runningCluster(clusters, account, {
    name: 'one',
    nodePools: pools,
    ...more,
  });
  const { data } = await clusters.run<{ cluster: { nodes: { nodes: { category: string }[] } } }>(
    'query ($id: ID!) { cluster(id: $id) { nodes { nodes { category } } } }',
    { id },
    account,
  );
  expect(new Set(data.cluster.nodes.nodes.map((node) => node.category))).toEqual(new Set([category]));
});
