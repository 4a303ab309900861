import type { Transaction } from '../../../../kernel/postgres/database.js';
import { throwProblem } from '../../../../kernel/result.js';
import { hasInstances } from '../../model/node-pool.rules.js';
import { type NodePoolRow, otherPools, updateNodePool } from '../../store/node-pool.store.js';
import { hasAutoscaling } from '../../changes/pool-spec.js';

/**
 * Makes another pool the default pool when that is deleted: the oldest pool with instances, preferably one without
 * autoscaling. Rejects with `RISK_NOT_ACKNOWLEDGED` when all of these have autoscaling enabled.
 */
export async function reassignDefaultPool(
  tx: Transaction,
  pool: NodePoolRow,
  acknowledged: boolean | null | undefined,
): Promise<void> {
  const others = (await otherPools(tx, pool)).filter(hasInstances);
  const successor = others.find((other) => !hasAutoscaling(other)) ?? others[0];
  if (!successor) return;
  if (hasAutoscaling(successor) && !acknowledged) {
    const message =
      `The node pool ${pool.id} holds the system components; the node pool ${successor.id}, which has autoscaling enabled, would take them over, ` +
      'and the cluster can become unstable. Turn its autoscaling off, create another pool, or set acknowledgeRisk.';
    throwProblem('RISK_NOT_ACKNOWLEDGED', message, { path: ['input', 'acknowledgeRisk'] });
  }
  await updateNodePool(tx, pool.id, { isDefault: false });
  await updateNodePool(tx, successor.id, { isDefault: true });
}
