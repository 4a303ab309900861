import { balances, release } from '../../../engine/ledger.js';
import type { Transaction } from '../../../kernel/database.js';
import type { Cluster, NodePool } from '../../../prisma/generated/client.js';

export const VCPU = { resource: 'payg-vcpu', scope: '' } as const;
const GROUP = 'instances-per-scaling-group';

/** vCPUs that a node's row holds of the account's quota. */
export function heldVcpus({ state, vcpus }: { readonly state: string; readonly vcpus: number }): number {
  return state === 'failed' ? 0 : vcpus;
}

/** What is known of a node's vCPUs. */
export interface VcpuHolder {
  readonly state: string;
  readonly vcpus: number;
  readonly chargeType: string;
}

/** Where vCPUs of a charge type are counted; a subscription's are not. */
export function vcpuResource(
  chargeType: string,
): { readonly resource: string; readonly scope: '' } | undefined {
  if (chargeType === 'SPOT') return { resource: 'spot-vcpu', scope: '' };
  return chargeType === 'PREPAID' ? undefined : VCPU;
}

/** Gives back what these nodes hold of the account's vCPU quotas. */
export async function releaseVcpus(
  tx: Transaction,
  account: string,
  nodes: readonly VcpuHolder[],
): Promise<void> {
  for (const [chargeType, mine] of Map.groupBy(nodes, (node) => node.chargeType)) {
    const resource = vcpuResource(chargeType);
    const amount = mine.reduce((sum, node) => sum + heldVcpus(node), 0);
    if (resource && amount > 0) await release(tx, { ...resource, account, amount });
  }
}

export interface Held {
  readonly cluster: Pick<Cluster, 'id' | 'account' | 'product'>;
  readonly pool: Pick<NodePool, 'id'>;
  /** Places for nodes that the pool keeps: the larger of what is wished and what exists. */
  readonly keep: number;
}

/**
 * Gives back the places for nodes that a pool no longer needs. A pool holds as many of its cluster's places as of its
 * scaling group's, so the latter's use says how many it has.
 */
export async function releasePlaces(tx: Transaction, { cluster, pool, keep }: Held): Promise<void> {
  const { account } = cluster;
  const [group] = await balances(tx, account, [{ resource: GROUP, scope: pool.id }]);
  const amount = (group?.used ?? 0) - keep;
  if (amount <= 0) return;
  await release(tx, { account, resource: GROUP, scope: pool.id, amount });
  await release(tx, { account, resource: `${cluster.product}/nodesPerCluster`, scope: cluster.id, amount });
}
