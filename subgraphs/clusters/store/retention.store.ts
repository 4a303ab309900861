import type { RetentionPolicy } from '../../../engine/jobs/retention.js';
import { type Database, type Transaction } from '../../../kernel/postgres/database.js';
import { Prisma } from '../../../prisma/generated/client.js';

/** Tables whose rows are deleted with their cluster; the retained cloud resources (`cloud_resource`) are kept. */
const OF_CLUSTERS = [
  'clusters.node_repair',
  'clusters.node',
  'clusters.node_pool',
  'clusters.component',
  'clusters.cluster_check',
  'clusters.support_ticket',
  'clusters.maintenance_window',
  'clusters.control_plane',
  'clusters.control_plane_incident',
  'clusters.cluster_network',
  'clusters.high_risk_finding',
  'clusters.cloud_resource_claim',
  'engine.cluster_access',
  'engine.operation',
] as const;

/** Clusters deleted in one transaction: each may have thousands of rows. */
const CLUSTERS = 10;

const deletedClusters: RetentionPolicy = {
  name: 'deletedClusters',
  prune: async (database, before, limit) => {
    const pools = await pruneDeletedPools(database, before, limit);
    let clusters = 0;
    while (clusters < limit) {
      const count = await database.$transaction((tx) => pruneDeletedClusters(tx, before));
      clusters += count;
      if (count < CLUSTERS) break;
    }
    return Math.max(pools, clusters);
  },
};

async function pruneDeletedClusters(tx: Transaction, before: Date): Promise<number> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM clusters.cluster WHERE deleted_at < ${before} ORDER BY deleted_at LIMIT ${CLUSTERS}
    FOR UPDATE SKIP LOCKED`;
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return 0;
  for (const table of OF_CLUSTERS)
    await tx.$executeRaw`DELETE FROM ${Prisma.raw(table)} WHERE cluster_id = ANY(${ids}::text[])`;
  await deleteQuotaScopes(tx, ids);
  return tx.$executeRaw`DELETE FROM clusters.cluster WHERE id = ANY(${ids}::text[])`;
}

/** Prunes deleted pools of clusters that are not deleted. */
function pruneDeletedPools(database: Database, before: Date, limit: number): Promise<number> {
  return database.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM clusters.node_pool WHERE deleted_at < ${before} ORDER BY deleted_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED`;
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return 0;
    await tx.$executeRaw`DELETE FROM clusters.node_repair WHERE node_pool_id = ANY(${ids}::text[])`;
    await deleteQuotaScopes(tx, ids);
    return tx.$executeRaw`DELETE FROM clusters.node_pool WHERE id = ANY(${ids}::text[])`;
  });
}

/** Deletes the quota limits and the usage of a cluster or pool. */
async function deleteQuotaScopes(tx: Transaction, scopes: readonly string[]): Promise<void> {
  await tx.$executeRaw`DELETE FROM engine.ledger_usage WHERE scope = ANY(${scopes}::text[]) AND used = 0`;
  await tx.$executeRaw`DELETE FROM engine.ledger_limit WHERE scope = ANY(${scopes}::text[])`;
}

const tickets: RetentionPolicy = {
  name: 'tickets',
  prune: (database, before, limit) => database.$executeRaw`
    DELETE FROM clusters.support_ticket WHERE id IN (
      SELECT id FROM clusters.support_ticket WHERE closed_at < ${before} ORDER BY closed_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED)`,
};

const nodeRepairs: RetentionPolicy = {
  name: 'operations',
  prune: (database, before, limit) => database.$executeRaw`
    DELETE FROM clusters.node_repair WHERE id IN (
      SELECT id FROM clusters.node_repair WHERE finished_at < ${before} ORDER BY finished_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED)`,
};

/** Retention policies of the clusters subgraph. */
export const clusterRetention: readonly RetentionPolicy[] = [nodeRepairs, tickets, deletedClusters];
