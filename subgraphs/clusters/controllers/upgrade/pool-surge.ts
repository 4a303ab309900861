import { done } from '../../../../engine/contract.js';
import type { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import { ProblemError } from '../../../../kernel/result.js';
import { inCluster, clusterEvent, type ClusterStep } from '../steps/cluster-step.js';
import { poolsReconciled } from '../provisioning/complete-cluster.js';
import type { StepOutcome } from '../steps/run-steps.js';
import type { Node, NodePool, Operation } from '../../store/reconcile.store.js';
import { setDesiredPoolSize } from '../../changes/pool-size.js';
import { updateUpgradeInput, upgradeInput } from '../../store/upgrade-input.js';
import { nextBatch } from '../../model/upgrade.rules.js';
import { remainingSize } from '../../model/scaling-group.js';

/** One step of upgrading the nodes. */
export interface NodesStep extends ClusterStep {
  readonly operation: Operation;
  readonly version: string;
  /** Undefined if the platform has no access to the Kubernetes API: nodes are then upgraded without draining. */
  readonly client: KubernetesClient | undefined;
  readonly nodes: readonly Node[];
}

/**
 * Adds surge nodes to the pool that is upgraded next and removes them from pools that are complete; undefined if
 * nothing changes. Surge nodes above quotas or pool bounds are omitted.
 */
export async function reconcileSurge(
  step: NodesStep,
  old: readonly Node[],
): Promise<StepOutcome | undefined> {
  const { operation, pools, nodes } = step;
  const { rolling, surged = {} } = upgradeInput(operation);
  if (!rolling?.surge) return undefined;
  // A reconciled pool enqueues the cluster.
  if (!poolsReconciled(step)) return done;
  const over = pools.find(
    ({ id }) => (surged[id] ?? 0) > 0 && !old.some(({ nodePoolId }) => nodePoolId === id),
  );
  if (over) return resize(step, over, { by: -(surged[over.id] ?? 0), kept: 0 });
  if (operation.pausedAt) return undefined;
  const [first] = nextBatch(nodes, old, rolling.batchSize);
  const pool = pools.find(({ id }) => id === first?.nodePoolId);
  if (!pool || surged[pool.id] !== undefined) return undefined;
  const by = Math.min(rolling.surge, remainingSize(pool));
  return resize(step, pool, { by, kept: by });
}

interface Change {
  readonly by: number;
  /** Number of surge nodes of the pool after the change. */
  readonly kept: number;
}

async function resize(step: NodesStep, pool: NodePool, { by, kept }: Change): Promise<StepOutcome> {
  const { cluster, operation } = step;
  const path = ['input', 'rollingPolicy', 'surge'];
  const desiredSize = pool.desiredSize + by;
  try {
    await inCluster(step, async (tx) => {
      if (by !== 0)
        await setDesiredPoolSize(tx, { cluster, pool, desiredSize, operationId: operation.id, path });
      const { surged = {} } = upgradeInput(operation);
      await updateUpgradeInput(tx, operation.id, { surged: { ...surged, [pool.id]: kept } });
      const text = `The node pool ${pool.name} gets ${by} nodes for the time of its upgrade.`;
      const back = `The node pool ${pool.name} gives ${-by} additional nodes back.`;
      return by === 0
        ? []
        : [clusterEvent(step, 'UPGRADE_SURGE', by > 0 ? text : back, { data: { nodePoolId: pool.id, by } })];
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return resize(step, pool, { by: 0, kept: 0 });
  }
  return 'again';
}
