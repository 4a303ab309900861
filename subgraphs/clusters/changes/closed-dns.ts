import type { HighRiskOperationProvider } from '../../../engine/providers/high-risk-operation-provider.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { isId } from '../../../kernel/ids.js';
import { parseCidr } from '../model/cidr.rules.js';
import { type GroupRule, allowsDns } from '../model/network.rules.js';
import { groupsOfClusters } from '../store/security-group.store.js';
import { subjectsOf } from '../store/high-risk.store.js';

/** Leaving UDP 53 of the container CIDR closed in the security group of the nodes. */
export const DNS_CLOSED = 'network.node.2';

function closesDns(rules: readonly GroupRule[], podCidr: string): boolean {
  const pods = parseCidr(podCidr);
  return pods !== undefined && !allowsDns(rules, pods);
}

/** Clusters that use the security group, and those of them whose pods would not reach the DNS through these rules. */
export async function clustersOfSecurityGroup(
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
  const closed = groups.find(({ rules, podCidr }) => closesDns(rules, podCidr));
  const subjects = await subjectsOf(database, clusterId, DNS_CLOSED);
  if (closed) await provider.performHighRiskOperation(clusterId, { operation: DNS_CLOSED });
  // What a drill did is for the drill to remediate.
  else if (subjects.some((subject) => isId('securityGroup', subject)))
    await provider.remediateHighRiskOperation(clusterId, { operation: DNS_CLOSED });
  return closed?.groupId;
}
