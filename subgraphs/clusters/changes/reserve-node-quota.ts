import { adjustUsage, lockQuotaUsage } from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import type { Problem } from '../../../kernel/result.js';
import type { Cluster, NodePool } from '../store/reconcile.store.js';

const GROUP = 'instances-per-scaling-group';

export interface NodeQuotaRequest {
  readonly cluster: Pick<Cluster, 'id' | 'account' | 'product'>;
  readonly pool: Pick<NodePool, 'id'>;
  /** Nodes that the pool has, without those that failed: each holds a place. */
  readonly existing: number;
  /** Nodes that are to be made. */
  readonly missing: number;
}

export interface NodeQuotaReservation {
  /** How many of the missing nodes have a place. */
  readonly granted: number;
  /** Why not the others; null when all have one. */
  readonly shortage: Problem | null;
}

/**
 * Takes the places in the cluster and in the scaling group that the missing nodes of a pool need, beyond those that the
 * pool still holds for them: as many as the quotas have room for. What a change of the pool has reserved is held until it
 * has been tried; afterwards a pool holds places for the nodes that were made only.
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
  // A pool holds as many of its cluster's places as of its scaling group's.
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
