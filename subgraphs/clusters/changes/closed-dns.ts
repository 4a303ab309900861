import type { HighRiskOperationProvider } from '../../../engine/providers/high-risk-operation-provider.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { isId } from '../../../kernel/ids.js';
import { parseCidr } from '../model/cidr.rules.js';
import { type GroupRule, allowsDns } from '../model/network.rules.js';
import { groupsOfClusters } from '../store/security-group.store.js';
import { subjectsOf } from '../store/high-risk.store.js';

/** Id of the high-risk operation: the nodes' security group blocks UDP 53 from the container CIDR. */
export const DNS_CLOSED = 'network.node.2';

function closesDns(rules: readonly GroupRule[], podCidr: string): boolean {
  const pods = parseCidr(podCidr);
  return pods !== undefined && !allowsDns(rules, pods);
}

/**
 * The clusters that use the security group, and those of them whose pods could not reach the DNS with these rules.
 */
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
 * Performs or remediates the high-risk operation at the cloud provider, depending on the rules of the cluster's
 * security groups. Returns the security group that blocks DNS.
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
  // A drill performs the operation with another subject and remediates it itself.
  else if (subjects.some((subject) => isId('securityGroup', subject)))
    await provider.remediateHighRiskOperation(clusterId, { operation: DNS_CLOSED });
  return closed?.groupId;
}
