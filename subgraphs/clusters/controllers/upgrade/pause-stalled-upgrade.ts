import { done, type ReconcileResult } from '../../../../engine/contract.js';
import { changeOperation } from '../../../../engine/operations/operation-row.js';
import { inCluster, clusterEvent, type ClusterStep } from '../steps/cluster-step.js';
import type { Node, Operation } from '../../store/reconcile.store.js';
import { upgradeInput } from '../../store/upgrade-input.js';

/** Milliseconds without progress in a batch after which the upgrade is paused for an operator. */
const STALL_MS = 30 * 60_000;

/** Nodes without progress, and the reason. */
export interface UpgradeStall {
  readonly nodes: readonly Node[];
  readonly why: string;
  /** Pods that are not evicted, as `namespace/name`. */
  readonly pods?: readonly string[];
}

/**
 * Pauses the upgrade if its batch has been running for STALL_MS since its start or the last resume; undefined
 * otherwise.
 */
export async function pauseStalledUpgrade(
  step: ClusterStep & { readonly operation: Operation },
  { nodes, why, pods = [] }: UpgradeStall,
): Promise<ReconcileResult | undefined> {
  const { operation, scope } = step;
  const { batch, resumedAt } = upgradeInput(operation);
  const times = [batch?.since, resumedAt].flatMap((text) => (text === undefined ? [] : [Date.parse(text)]));
  if (operation.pausedAt || times.length === 0) return undefined;
  if (scope.clock.now().getTime() - Math.max(...times) < STALL_MS) return undefined;
  const names = nodes.map(({ name }) => name);
  await inCluster(step, async (tx, at) => {
    await changeOperation(tx, operation.id, { pausedAt: at });
    const text = `The upgrade of ${names.join(', ')} makes no progress and is paused: ${why}. Fix it, then call resumeOperation.`;
    return [clusterEvent(step, 'UPGRADE_STALLED', text, { level: 'WARNING', data: { nodes: names, pods } })];
  });
  return done;
}
