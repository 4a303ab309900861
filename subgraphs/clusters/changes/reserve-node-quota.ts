import { adjustUsage, lockQuotaUsage } from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import type { Problem } from '../../../kernel/result.js';
import type { Cluster, NodePool } from '../store/reconcile.store.js';

const GROUP = 'instances-per-scaling-group';

export interface NodeQuotaRequest {
  readonly cluster: Pick<Cluster, 'id' | 'account' | 'product'>;
  readonly pool: Pick<NodePool, 'id'>;
  /** Existing nodes except failed ones: each uses one of the quota. */
  readonly existing: number;
  /** Nodes to create. */
  readonly missing: number;
}

export interface NodeQuotaReservation {
  /** Number of missing nodes with reserved quota. */
  readonly granted: number;
  /** Why the others were not granted; null when all were. */
  readonly shortage: Problem | null;
}

/**
 * Reserves quota in the cluster and in the scaling group for the missing nodes of a pool, as far as the limits
 * permit. Quota that the pool has reserved for them before counts first: a change of the pool reserves quota for all
 * its nodes and keeps it until they have been tried; afterwards the pool keeps quota only for created nodes.
 */
export async function reserveNodeQuota(
  tx: Transaction,
  { cluster, pool, existing, missing }: NodeQuotaRequest,
): Promise<NodeQuotaReservation> {
  const resources = [
    { resource: `${cluster.product}/nodesPerCluster`, scope: cluster.id },
    { resource: GROUP, scope: pool.id },
  ];
  const locked = await lockQuotaUsage(tx, cluster.account, resources);
  // A pool reserves the same amount of the cluster's and of its scaling group's quota.
  const free = Math.max(0, (locked.at(-1)?.used ?? 0) - existing);
  const rooms = locked.map(({ limit, used }) => (limit === null ? missing : Math.max(0, limit - used)));
  const granted = Math.min(missing, free + Math.min(missing, ...rooms));
  const amount = Math.max(0, granted - free);
  await adjustUsage(
    tx,
    cluster.account,
    resources.map((resource) => ({ ...resource, amount })),
  );
  if (granted === missing) return { granted, shortage: null };
  const full = locked.find((_, index) => rooms[index] === Math.min(...rooms));
  const message = `The ${full?.resource ?? GROUP} quota has no room for another node of the node pool ${pool.id}. Ask for more with requestQuotaIncrease.`;
  return { granted, shortage: { code: 'QUOTA_EXCEEDED', message } };
}
