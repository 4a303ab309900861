import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { NetworkUsage } from '../model/max-pods.rules.js';
import { checkClusterNetworks, type ClusterNetworkRow } from './network.store.js';

/** The network of a cluster; null if the platform does not manage one. */
export function findClusterNetwork(
  db: Database | Transaction,
  clusterId: string,
): Promise<ClusterNetworkRow | null> {
  return db.clusterNetwork.findUnique({ where: { clusterId } }).then(checkClusterNetworks);
}

export async function lockClusterNetwork(
  tx: Transaction,
  clusterId: string,
): Promise<ClusterNetworkRow | null> {
  const rows = await tx.$queryRaw<ClusterNetworkRow[]>`
    SELECT cluster_id AS "clusterId", account, vpc_id AS "vpcId", vswitch_ids AS "vSwitchIds",
           security_group_id AS "securityGroupId", plugin, pod_cidr AS "podCidr", service_cidr AS "serviceCidr",
           node_cidr_mask AS "nodeCidrMask", quota_usage AS "quotaUsage"
    FROM clusters.cluster_network WHERE cluster_id = ${clusterId} FOR UPDATE`.then(checkClusterNetworks);
  return rows[0] ?? null;
}

export async function insertClusterNetwork(
  tx: Transaction,
  row: Omit<ClusterNetworkRow, 'quotaUsage'>,
): Promise<void> {
  await tx.clusterNetwork.create({ data: row });
}

export async function deleteClusterNetworkRow(tx: Transaction, clusterId: string): Promise<void> {
  await tx.clusterNetwork.delete({ where: { clusterId } });
}

/** The networks of the clusters in a VPC. */
export function networksIn(tx: Transaction, vpcId: string): Promise<ClusterNetworkRow[]> {
  return tx.clusterNetwork.findMany({ where: { vpcId } }).then(checkClusterNetworks);
}

export function countNetworksIn(tx: Transaction, vpcId: string): Promise<number> {
  return tx.clusterNetwork.count({ where: { vpcId } });
}

/** Records the quota usage of a cluster's nodes in its network. */
export async function saveNetworkUsage(
  tx: Transaction,
  clusterId: string,
  usage: NetworkUsage,
): Promise<void> {
  await tx.clusterNetwork.update({ where: { clusterId }, data: { quotaUsage: { ...usage } } });
}

/**
 * Nodes of a cluster in one security group, and the ENIs and additional addresses that their instances use with
 * Terway.
 */
export interface GroupNodes {
  readonly group: string;
  readonly nodes: number;
  readonly enis: number;
  readonly addresses: number;
}

/**
 * Counts the nodes of a cluster by security group. A node without an instance counts as the largest instance type of
 * its pool.
 */
export function countGroupNodes(
  tx: Transaction,
  { clusterId, securityGroupId }: Pick<ClusterNetworkRow, 'clusterId' | 'securityGroupId'>,
): Promise<GroupNodes[]> {
  return tx.$queryRaw<GroupNodes[]>`
    SELECT coalesce(node.security_group_id, ${securityGroupId}) AS group, count(*)::int AS nodes,
           coalesce(sum(size.enis), 0)::int AS enis, coalesce(sum(size.addresses), 0)::int AS addresses
    FROM clusters.node AS node
    LEFT JOIN clusters.node_pool AS pool ON pool.id = node.node_pool_id
    CROSS JOIN LATERAL (
      SELECT coalesce(max(greatest(type.enis - 1, 0)), 0) AS enis,
             coalesce(max(greatest(type.enis - 1, 0) * type.ips_per_eni), 0) AS addresses
      FROM clusters.instance_type AS type
      WHERE type.id = node.instance_type
         OR (node.state = 'pending' AND type.id = ANY(pool.instance_types))) AS size
    WHERE node.cluster_id = ${clusterId} AND node.state <> 'failed' AND node.vcpus > 0
    GROUP BY 1`;
}
