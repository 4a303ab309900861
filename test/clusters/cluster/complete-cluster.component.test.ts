import { afterAll, beforeAll, expect, test } from 'vitest';
import { noFaultInjection } from '../../../engine/contract.js';
import { completeCluster } from '../../../subgraphs/clusters/controllers/provisioning/complete-cluster.js';
import { readCluster } from '../../../subgraphs/clusters/store/reconcile.store.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { CREATE, type Created, proCluster } from '../requests.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

/** SQL statements that complete the creation of a cluster with this number of empty node pools. */
async function statementsFor(pools: number): Promise<readonly string[]> {
  const { database, clock, log, provider, kubernetes } = clusters.platform;
  const nodePools = Array.from({ length: pools }, (_, index) => ({
    name: `pool-${index}`,
    desiredSize: 0,
    instanceTypes: ['ecs.g6.xlarge'],
  }));
  const { data } = await clusters.run<Created>(CREATE, {
    input: proCluster(`with-${pools}-pools`, { nodePools }),
  });
  const id = data.createCluster.cluster?.id ?? '';
  await database.prisma
    .$executeRaw`UPDATE clusters.node_pool SET observed_generation = generation WHERE cluster_id = ${id}`;
  const view = await readCluster(database.prisma, id);
  if (view === null) throw new Error('the cluster was not created');
  const signal = new AbortController().signal;
  const scope = { database: database.prisma, clock, log, faults: noFaultInjection, signal };
  const statements = await clusters.kit.statements(() =>
    completeCluster({ ...view, scope, dependencies: { provider, kubernetes } }),
  );
  expect(await database.prisma.cluster.findUnique({ where: { id } })).toMatchObject({ state: 'RUNNING' });
  return statements;
}

test('completes the creation of a cluster with the same number of SQL statements for 1 and for 6 node pools', async () => {
  const single = await statementsFor(1);
  const six = await statementsFor(6);
  expect(six.length, six.join('\n')).toBe(single.length);
});
