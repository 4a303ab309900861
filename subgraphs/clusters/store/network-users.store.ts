import type { Transaction } from '../../../kernel/postgres/database.js';

/** A cluster that uses a network resource. Queries return at most five: enough for an error message. */
export interface NetworkUser {
  readonly clusterId: string;
}

/** Clusters that are in the VPC. */
export function usersOfVpc(tx: Transaction, vpcId: string): Promise<NetworkUser[]> {
  return tx.clusterNetwork.findMany({ where: { vpcId }, select: { clusterId: true }, take: 5 });
}

/** Clusters that use the vSwitch themselves, through a node pool or through a node. */
export function usersOfVSwitch(tx: Transaction, id: string): Promise<NetworkUser[]> {
  return tx.$queryRaw<NetworkUser[]>`
    SELECT cluster_id AS "clusterId" FROM clusters.cluster_network WHERE ${id} = ANY(vswitch_ids)
    UNION SELECT cluster_id FROM clusters.node_pool
      WHERE deleted_at IS NULL AND config #> '{instanceConfig,vSwitchIds}' @> to_jsonb(${id}::text)
    UNION SELECT cluster_id FROM clusters.node WHERE vswitch_id = ${id}
    LIMIT 5`;
}

/** Clusters that use the security group themselves, through a node pool or through a node. */
export function usersOfSecurityGroup(tx: Transaction, id: string): Promise<NetworkUser[]> {
  return tx.$queryRaw<NetworkUser[]>`
    SELECT cluster_id AS "clusterId" FROM clusters.cluster_network WHERE security_group_id = ${id}
    UNION SELECT cluster_id FROM clusters.node_pool
      WHERE deleted_at IS NULL AND config #>> '{instanceConfig,securityGroupId}' = ${id}
    UNION SELECT cluster_id FROM clusters.node WHERE security_group_id = ${id}
    LIMIT 5`;
}
