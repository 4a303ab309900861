import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { Prisma, SecurityGroup } from '../../../prisma/generated/client.js';
import type { GroupRule } from '../model/network.rules.js';
import { checkSecurityGroups, type SecurityGroupRow } from './network.store.js';

export function rulesOf({ rules }: Pick<SecurityGroup, 'rules'>): GroupRule[] {
  return rules as unknown as GroupRule[];
}

function ruleJson(rules: readonly GroupRule[]): Prisma.InputJsonArray {
  return rules.map((rule) => ({ ...rule })) as Prisma.InputJsonArray;
}

/** The account's security group; null if the id does not exist. */
export function findSecurityGroup(
  tx: Transaction,
  account: string,
  id: string,
): Promise<SecurityGroupRow | null> {
  return tx.securityGroup.findFirst({ where: { id, account } }).then(checkSecurityGroups);
}

/** The security group if the platform created it; null if the account did. */
export function findPlatformSecurityGroup(tx: Transaction, id: string): Promise<SecurityGroupRow | null> {
  return tx.securityGroup.findFirst({ where: { id, creator: 'PLATFORM' } }).then(checkSecurityGroups);
}

export function countSecurityGroups(
  tx: Transaction,
  where: { readonly vpcId: string; readonly creator?: 'USER' | 'PLATFORM' },
): Promise<number> {
  return tx.securityGroup.count({ where });
}

export async function insertSecurityGroup(
  tx: Transaction,
  row: Omit<SecurityGroupRow, 'rules'> & { readonly rules: readonly GroupRule[] },
): Promise<void> {
  await tx.securityGroup.create({ data: { ...row, rules: ruleJson(row.rules) } });
}

/** Changes the name, the rules or both; null and undefined keep the value. */
export async function updateSecurityGroup(
  tx: Transaction,
  id: string,
  change: {
    readonly name?: string | null | undefined;
    readonly rules?: readonly GroupRule[] | null | undefined;
  },
): Promise<void> {
  const { name, rules } = change;
  await tx.securityGroup.update({
    where: { id },
    data: { ...(name != null && { name }), ...(rules && { rules: ruleJson(rules) }) },
  });
}

/** Transfers a security group from the platform to the account: it is no longer deleted with its cluster. */
export async function transferSecurityGroup(tx: Transaction, id: string): Promise<void> {
  await tx.securityGroup.update({ where: { id }, data: { creator: 'USER' } });
}

/** False when it was deleted concurrently. */
export async function deleteSecurityGroup(tx: Transaction, id: string): Promise<boolean> {
  const { count } = await tx.securityGroup.deleteMany({ where: { id } });
  return count > 0;
}

/** A security group of a cluster's nodes. */
export interface GroupOfCluster {
  readonly clusterId: string;
  readonly podCidr: string;
  readonly groupId: string;
  readonly rules: readonly GroupRule[];
}

/**
 * The security groups of clusters with a pod CIDR (with Terway, pods use addresses of vSwitches): of one cluster, or
 * of all clusters that use one group.
 */
export async function groupsOfClusters(
  database: Database | Transaction,
  by: { readonly clusterId?: string; readonly groupId?: string },
): Promise<GroupOfCluster[]> {
  const { clusterId = null, groupId = null } = by;
  const rows = await database.$queryRaw<(GroupOfCluster & Pick<SecurityGroup, 'rules'>)[]>`
    SELECT used.cluster_id AS "clusterId", network.pod_cidr AS "podCidr", used.group_id AS "groupId", sg.rules
    FROM (
      SELECT cluster_id, security_group_id AS group_id FROM clusters.cluster_network
      UNION SELECT cluster_id, config #>> '{instanceConfig,securityGroupId}' FROM clusters.node_pool WHERE deleted_at IS NULL
      UNION SELECT cluster_id, security_group_id FROM clusters.node
    ) AS used
    JOIN clusters.cluster_network AS network ON network.cluster_id = used.cluster_id
    JOIN clusters.security_group AS sg ON sg.id = used.group_id
    WHERE network.pod_cidr IS NOT NULL AND (${clusterId}::text IS NULL OR used.cluster_id = ${clusterId})
      AND (${groupId}::text IS NULL OR used.group_id = ${groupId})
    ORDER BY 1, 3`;
  return rows.map((row) => ({ ...row, rules: rulesOf(row) }));
}
