import type { Database, Transaction } from '../../kernel/postgres/database.js';

/** Address and credentials of a cluster's Kubernetes API for the platform itself. */
export interface ClusterAccess {
  readonly clusterId: string;
  readonly account: string;
  /** Base URL of the API server. */
  readonly server: string;
  /** PEM of its CA, base64. */
  readonly caData: string;
  /** Bearer token of the platform. */
  readonly token: string;
}

/** Records or replaces a cluster's access. */
export async function putClusterAccess(tx: Transaction, access: ClusterAccess): Promise<void> {
  const { clusterId, ...rest } = access;
  await tx.clusterAccess.upsert({ where: { clusterId }, create: { clusterId, ...rest }, update: rest });
}

/** Deletes a cluster's access; does nothing when there is none. */
export async function deleteClusterAccess(tx: Transaction, clusterId: string): Promise<void> {
  await tx.clusterAccess.deleteMany({ where: { clusterId } });
}

/** The access of each of the clusters that has one, in one statement. `account` null is the platform itself. */
export async function clusterAccess(
  database: Database | Transaction,
  account: string | null,
  clusterIds: readonly string[],
): Promise<Map<string, ClusterAccess>> {
  const rows = await database.clusterAccess.findMany({
    where: { clusterId: { in: [...clusterIds] }, ...(account !== null && { account }) },
  });
  return new Map(rows.map((row) => [row.clusterId, row]));
}

/** Ids and accounts of the clusters of which the access is known and whose token starts with `tokenStart`. Default: all. */
export async function clustersWithAccess(
  database: Database,
  tokenStart = '',
): Promise<{ readonly id: string; readonly account: string }[]> {
  const rows = await database.clusterAccess.findMany({
    where: { token: { startsWith: tokenStart } },
    select: { clusterId: true, account: true },
  });
  return rows.map(({ clusterId, account }) => ({ id: clusterId, account }));
}
