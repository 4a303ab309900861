import type { HighRiskOperationProvider } from '../../../engine/providers/high-risk-operation-provider.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { isId } from '../../../kernel/ids.js';
import { parseCidr } from '../model/cidr.rules.js';
import { type GroupRule, allowsDns } from '../model/network.rules.js';

/** Leaving UDP 53 of the container CIDR closed in the security group of the nodes. */
export const DNS_CLOSED = 'network.node.2';

interface GroupOfCluster {
  readonly clusterId: string;
  readonly podCidr: string;
  readonly groupId: string;
  readonly rules: unknown;
}

/** The security groups of clusters whose pods have addresses of their own, with Terway they have those of vSwitches. */
function groupsOfClusters(
  database: Database | Transaction,
  by: { readonly clusterId?: string; readonly groupId?: string },
): Promise<GroupOfCluster[]> {
  const { clusterId = null, groupId = null } = by;
  return database.$queryRaw<GroupOfCluster[]>`
    SELECT used.cluster_id AS "clusterId", network.pod_cidr AS "podCidr", used.group_id AS "groupId", sg.rules
    FROM (
      SELECT cluster_id, security_group_id AS group_id FROM clusters.cluster_network
      UNION SELECT cluster_id, config #>> '{machines,securityGroupId}' FROM clusters.node_pool WHERE deleted_at IS NULL
      UNION SELECT cluster_id, security_group_id FROM clusters.node
    ) AS used
    JOIN clusters.cluster_network AS network ON network.cluster_id = used.cluster_id
    JOIN clusters.security_group AS sg ON sg.id = used.group_id
    WHERE network.pod_cidr IS NOT NULL AND (${clusterId}::text IS NULL OR used.cluster_id = ${clusterId})
      AND (${groupId}::text IS NULL OR used.group_id = ${groupId})
    ORDER BY 1, 3`;
}

function closesDns(rules: readonly GroupRule[], podCidr: string): boolean {
  const pods = parseCidr(podCidr);
  return pods !== undefined && !allowsDns(rules, pods);
}

/** Clusters that use the security group, and those of them whose pods would not reach the DNS through these rules. */
export async function clustersBehind(
  tx: Transaction,
  groupId: string,
  rules: readonly GroupRule[],
): Promise<{ readonly using: readonly string[]; readonly closed: readonly string[] }> {
  const groups = await groupsOfClusters(tx, { groupId });
  const closed = groups.filter(({ podCidr }) => closesDns(rules, podCidr));
  return {
    using: groups.map(({ clusterId }) => clusterId),
    closed: closed.map(({ clusterId }) => clusterId),
  };
}

/**
 * Has the cloud do what the rules of a cluster's security groups say of its DNS. Answers the group that keeps its pods
 * from the DNS.
 */
export async function applyDnsRules(
  database: Database,
  provider: Pick<HighRiskOperationProvider, 'performHighRiskOperation' | 'remediateHighRiskOperation'>,
  clusterId: string,
): Promise<string | undefined> {
  const groups = await groupsOfClusters(database, { clusterId });
  const closed = groups.find(({ rules, podCidr }) => closesDns(rules as GroupRule[], podCidr));
  const known = await database.highRiskFinding.findMany({ where: { clusterId, operation: DNS_CLOSED } });
  if (closed) await provider.performHighRiskOperation(clusterId, { operation: DNS_CLOSED });
  // What a drill did is for the drill to remediate.
  else if (known.some(({ subject }) => isId('securityGroup', subject)))
    await provider.remediateHighRiskOperation(clusterId, { operation: DNS_CLOSED });
  return closed?.groupId;
}
