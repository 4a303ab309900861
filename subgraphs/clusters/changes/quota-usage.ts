import { DISKS, INSTANCES } from '../../../engine/ledger/disk-limit.js';
import { readQuotaUsage, adjustUsage } from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import type { Cluster, NodePool } from '../../../prisma/generated/client.js';

export const VCPU = { resource: 'payg-vcpu', scope: '' } as const;
const GROUP = 'instances-per-scaling-group';

/** What is known of a machine that is, or was, a node. */
export interface Machine {
  readonly state: string;
  readonly vcpus: number;
  readonly chargeType: string;
  /** Its cloud disks. */
  readonly disks: number;
}

/** What machines that are paid in one way hold of the account's quotas. */
export interface InstanceQuotaUsage {
  readonly chargeType: string;
  readonly vcpus: number;
  readonly disks: number;
  readonly machines: number;
}

/** What a node's row holds: nothing once it failed. Virtual nodes are no machines. */
export function instanceQuotaUsage({ state, vcpus, chargeType, disks }: Machine): InstanceQuotaUsage {
  if (state === 'failed' || vcpus === 0) return { chargeType, vcpus: 0, disks: 0, machines: 0 };
  return { chargeType, vcpus, disks, machines: 1 };
}

/** Where vCPUs of a charge type are counted; a subscription's are not. */
export function vcpuResource(
  chargeType: string,
): { readonly resource: string; readonly scope: '' } | undefined {
  if (chargeType === 'SPOT') return { resource: 'spot-vcpu', scope: '' };
  return chargeType === 'PREPAID' ? undefined : VCPU;
}

/** Whether disks of machines that are paid so are pay-as-you-go disks. */
export function countsDisks(chargeType: string): boolean {
  return chargeType !== 'PREPAID';
}

/** Gives back what these nodes hold of the account's quotas. */
export function releaseInstanceQuota(
  tx: Transaction,
  account: string,
  nodes: readonly Machine[],
): Promise<void> {
  return releaseQuotaUsage(tx, account, nodes.map(instanceQuotaUsage));
}

/** Gives back parts of what nodes hold. */
export async function releaseQuotaUsage(
  tx: Transaction,
  account: string,
  uses: readonly InstanceQuotaUsage[],
): Promise<void> {
  const less = (of: 'vcpus' | 'disks' | 'machines', among = uses) =>
    among.reduce((sum, use) => sum - use[of], 0);
  const vcpus = [...Map.groupBy(uses, (use) => use.chargeType)].flatMap(([chargeType, mine]) => {
    const resource = vcpuResource(chargeType);
    return resource ? [{ ...resource, amount: less('vcpus', mine) }] : [];
  });
  const disks = uses.filter(({ chargeType }) => countsDisks(chargeType));
  await adjustUsage(tx, account, [
    ...vcpus,
    { resource: INSTANCES, scope: '', amount: less('machines') },
    { resource: DISKS, scope: '', amount: less('disks', disks) },
  ]);
}

export interface PoolQuotaUsage {
  readonly cluster: Pick<Cluster, 'id' | 'account' | 'product'>;
  readonly pool: Pick<NodePool, 'id'>;
  /** Places for nodes that the pool keeps: those that exist, and those that are still to be made. */
  readonly keep: number;
}

/**
 * Gives back the places for nodes that a pool no longer needs. A pool holds as many of its cluster's places as of its
 * scaling group's, so the latter's use says how many it has.
 */
export async function releaseNodeQuota(
  tx: Transaction,
  { cluster, pool, keep }: PoolQuotaUsage,
): Promise<void> {
  const { account } = cluster;
  const [group] = await readQuotaUsage(tx, account, [{ resource: GROUP, scope: pool.id }]);
  const amount = (group?.used ?? 0) - keep;
  if (amount <= 0) return;
  await adjustUsage(tx, account, [
    { resource: GROUP, scope: pool.id, amount: -amount },
    { resource: `${cluster.product}/nodesPerCluster`, scope: cluster.id, amount: -amount },
  ]);
}
