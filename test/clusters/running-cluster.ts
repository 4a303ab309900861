import type { ClustersKit } from './kit.js';
import { CREATE, type ClusterView, type Created, proCluster } from './requests.js';

/** Creates a cluster and writes the result of the engine: a running cluster, its nodes, and a finished operation. */
export async function runningCluster(
  clusters: Pick<ClustersKit, 'run' | 'platform'>,
  account: string,
  input: Record<string, unknown> & { readonly name: string },
): Promise<ClusterView> {
  const { data } = await clusters.run<Created>(
    CREATE,
    { input: { ...proCluster(input.name), ...input } },
    account,
  );
  const { cluster, operation, userErrors } = data.createCluster;
  if (!cluster) throw new Error(JSON.stringify(userErrors));
  const { prisma } = clusters.platform.database;
  if (operation)
    await prisma.operation.update({ where: { id: operation.id }, data: { state: 'SUCCEEDED', progress: 1 } });
  await prisma.nodePool.updateMany({
    where: { clusterId: cluster.id },
    data: { state: 'ACTIVE', observedGeneration: 1 },
  });
  await prisma.cluster.update({ where: { id: cluster.id }, data: { state: 'RUNNING' } });
  for (const pool of cluster.nodePools.nodes)
    await addNodes(clusters, { account, cluster: cluster.id, pool: pool.id }, pool.desiredSize);
  return cluster;
}

/** Inserts running nodes of a pool. */
export async function addNodes(
  clusters: Pick<ClustersKit, 'run' | 'platform'>,
  of: { readonly account: string; readonly cluster: string; readonly pool: string },
  count: number,
  state = 'running',
): Promise<void> {
  const stem = `${of.pool.slice(-8)}-${state}`;
  await clusters.platform.database.prisma.node.createMany({
    data: Array.from({ length: count }, (_, index) => ({
      id: `node_${stem}-${String(index).padStart(4, '0')}`,
      account: of.account,
      clusterId: of.cluster,
      nodePoolId: of.pool,
      name: `${stem}-${index}`,
      state,
      status: state === 'running' ? 'Ready' : 'Unknown',
      zoneId: 'cn-hangzhou-b',
      instanceType: 'ecs.g7.xlarge',
      vcpus: 4,
      version: '1.34.3',
      createdAt: new Date('2026-01-01T00:00:00Z'),
    })),
  });
}
