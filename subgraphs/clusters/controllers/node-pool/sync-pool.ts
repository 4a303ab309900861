import { poolOperationInput } from '../../store/operation-input.js';
import { finishStage, startStage } from '../../../../engine/operations/operations.js';
import { stagesOf } from '../../../../engine/operations/operation-row.js';
import { type Condition, withCondition } from '../../model/conditions.js';
import { eventOf } from '../../model/cluster-events.js';
import { scalingGroupMissingEvent, healthOf } from './ensure-scaling-group.js';
import { compare, readObservedState } from './observed-nodes.js';
import { deleteLostNodes, markNodesRemoving } from './delete-lost-nodes.js';
import { inPool, type PoolStep } from '../steps/node-pool-step.js';
import type { NodePool } from '../../store/reconcile.store.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { desiredBounds } from '../../changes/scaling-group-bounds.js';
import { minSizeOf, toStoredScalingGroup } from '../../model/scaling-group.js';
import { saveNodePoolStatus } from '../../store/node-pool.store.js';

const INSPECT = 'INSPECT';

/**
 * First stage of a pool's synchronization: removes nodes whose instances or Kubernetes nodes were deleted outside the
 * platform. The following steps replace them unless the desired size is decremented.
 */
export async function syncPool(step: PoolStep): Promise<StepOutcome | undefined> {
  const { operation, pool, cluster, nodes, scope, dependencies } = step;
  const stage = operation && stagesOf(operation).find(({ name }) => name === INSPECT);
  if (!operation || operation.targetId !== pool.id || !stage || stage.state === 'SUCCEEDED') return undefined;
  const bounds = await desiredBounds(scope.database, pool);
  const group = await dependencies.provider.ensureScalingGroup(cluster.id, pool.id, bounds);
  const outside = await readObservedState(cluster.id, { scope, dependencies });
  const { lost, unregistered, moved } = compare(nodes, outside);
  const { decrementDesiredSize } = poolOperationInput(operation);
  const fewer = decrementDesiredSize ? lost.length + new Set([...unregistered, ...moved]).size : 0;
  await inPool(step, async (tx, at) => {
    const subject = { cluster, pool, operationId: operation.id };
    await startStage(tx, operation.id, INSPECT, at);
    const events = await deleteLostNodes(tx, { subject, account: pool.account, lost });
    const since = at.toISOString();
    await markNodesRemoving(tx, unregistered, { drain: false, reason: 'SYNC', since });
    // The instance was removed from the group on purpose and is kept.
    await markNodesRemoving(tx, moved, { drain: true, release: false, reason: 'SYNC', since });
    await saveNodePoolStatus(tx, pool.id, {
      desiredSize: Math.max(minSizeOf(pool), pool.desiredSize - fewer),
      drift: null,
      scalingGroup: toStoredScalingGroup(group, at),
      ...healthOf({ id: pool.id, conditions: synchronized(pool, at) }, group, at),
    });
    await finishStage(tx, operation.id, INSPECT, at);
    const data = { lost: lost.length, unregistered: unregistered.length, moved: moved.length };
    const text =
      `The node pool ${pool.name} was compared with the cloud and Kubernetes: ${lost.length} instances and ` +
      `${unregistered.length} Kubernetes nodes were gone, ${moved.length} instances were no longer in its scaling group.`;
    const missing = group.state === 'DELETED' ? [scalingGroupMissingEvent(pool, cluster.id)] : [];
    return [...events, ...missing, eventOf(subject, 'NODE_POOL_INSPECTED', text, { data })];
  });
  return 'again';
}

/** The pool's conditions after its nodes match those in the cloud and in Kubernetes. */
function synchronized(pool: Pick<NodePool, 'conditions'>, at: Date): Condition[] {
  const message = 'syncNodePool has made the nodes of the pool those that the cloud and Kubernetes have.';
  const change = { type: 'InSync', status: 'True', reason: 'Synchronized', message } as const;
  return withCondition(pool, change, at);
}
