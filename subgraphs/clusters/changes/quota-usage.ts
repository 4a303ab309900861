import { DISKS, INSTANCES } from '../../../engine/ledger/disk-limit.js';
import { readQuotaUsage, adjustUsage } from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import type { Cluster, NodePool } from '../store/reconcile.store.js';
import {
  type NodeInstance,
  type InstanceQuotaUsage,
  instanceQuotaUsage,
  vcpuResource,
  countsDisks,
} from '../model/instance-quota.js';

const GROUP = 'instances-per-scaling-group';

/** Releases the quotas that these nodes use. */
export function releaseInstanceQuota(
  tx: Transaction,
  account: string,
  nodes: readonly NodeInstance[],
): Promise<void> {
  return releaseQuotaUsage(tx, account, nodes.map(instanceQuotaUsage));
}

/** Releases a part of the quotas that nodes use. */
export async function releaseQuotaUsage(
  tx: Transaction,
  account: string,
  uses: readonly InstanceQuotaUsage[],
): Promise<void> {
  const less = (of: 'vcpus' | 'disks' | 'instances', among = uses) =>
    among.reduce((sum, use) => sum - use[of], 0);
  const vcpus = [...Map.groupBy(uses, (use) => use.chargeType)].flatMap(([chargeType, mine]) => {
    const resource = vcpuResource(chargeType);
    return resource ? [{ ...resource, amount: less('vcpus', mine) }] : [];
  });
  const disks = uses.filter(({ chargeType }) => countsDisks(chargeType));
  await adjustUsage(tx, account, [
    ...vcpus,
    { resource: INSTANCES, scope: '', amount: less('instances') },
    { resource: DISKS, scope: '', amount: less('disks', disks) },
  ]);
}

export interface PoolQuotaUsage {
  readonly cluster: Pick<Cluster, 'id' | 'account' | 'product'>;
  readonly pool: Pick<NodePool, 'id'>;
  /** Number of nodes that the pool keeps reserved: existing ones, and those still to be created. */
  readonly keep: number;
}

/**
 * Releases the node quota that a pool no longer needs. A pool reserves the same amount of the cluster's and of its
 * scaling group's quota, so the usage of the latter is the pool's amount.
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
