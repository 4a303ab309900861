import { poolOperationInput } from '../../store/operation-input.js';
import { done, type NewEvent } from '../../../../engine/contract.js';
import { finishOperation, finishStage, startStage } from '../../../../engine/operations/operations.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import { releaseNodeQuota } from '../../changes/quota-usage.js';
import { deleteNodes } from '../../store/node-changes.store.js';
import type { Node } from '../../store/reconcile.store.js';
import {
  ATTACHED,
  endState,
  planPool,
  resultOf,
  type PoolResult,
  withRejected,
} from '../../model/node-pool.plan.js';
import { autoscalingOf } from '../../model/node-pool.rules.js';
import { completedPoolState } from '../../model/pool-states.js';
import { inPool, type PoolStep } from '../steps/node-pool-step.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { eventOf } from '../../model/cluster-events.js';
import { updateNodePool } from '../../store/node-pool.store.js';

/** Completes the generation: records its result and enqueues the cluster. */
export async function completePool(step: PoolStep): Promise<StepOutcome> {
  const { pool, cluster, nodes, scope, dependencies } = step;
  const own = step.operation?.targetId === pool.id ? poolOperationInput(step.operation) : {};
  const result = withRejected(resultOf(pool, nodes, step.operation), own.rejected ?? []);
  const strangers = nodes.filter((node) => neverJoined(node, pool.generation)).map(({ id }) => id);
  const desiredSize = Math.max(0, pool.desiredSize - strangers.length);
  const others = nodes.filter(({ id }) => !strangers.includes(id));
  const { kept } = planPool({ ...pool, desiredSize }, others);
  const created = kept.filter(({ state }) => state !== 'failed').length;
  if (strangers.length > 0)
    await dependencies.provider.deleteInstances(cluster.id, strangers, { drain: false, release: false });
  const running = nodes.filter(({ state }) => state === 'running').length;
  const failed = Math.max(result.failed, others.filter(({ state }) => state === 'failed').length);
  await inPool(step, async (tx, at) => {
    await deleteNodes(tx, strangers);
    // Failed nodes use no quota: a retry reserves it again.
    await releaseNodeQuota(tx, { cluster, pool, keep: created });
    await updateNodePool(tx, pool.id, {
      state: completedPoolState(pool, { running, failed }),
      desiredSize,
      observedGeneration: pool.generation,
    });
    await enqueue(tx, 'cluster', cluster.id);
    if (pool.edgeAutonomy) await enqueue(tx, 'edge-autonomy', pool.id);
    if (autoscalingOf(pool)) await enqueue(tx, 'autoscaling', cluster.id);
    await finishPoolOperation(tx, step, result, at);
    return [scaled(step, result, running)];
  });
  await scope.faults.reach('node-pool.completed');
  return done;
}

/** An instance that could not join is not retried, so it does not count as a missing node. */
function neverJoined({ origin, state, generation }: Node, poolGeneration: number): boolean {
  return origin === ATTACHED && state === 'failed' && generation === poolGeneration;
}

async function finishPoolOperation(
  tx: EventTransaction,
  step: PoolStep,
  result: PoolResult,
  at: Date,
): Promise<void> {
  const { operation, pool } = step;
  // The cluster reconciler ends the operation that creates a cluster.
  if (!operation || operation.targetId !== pool.id) return;
  const state = endState(result, operation);
  await startStage(tx, operation.id, 'NODES', at);
  if (state === 'SUCCEEDED') await finishStage(tx, operation.id, 'NODES', at);
  const first = result.failures[0];
  await finishOperation(
    tx,
    operation.id,
    { ...result, state, ...(state === 'FAILED' && first && { error: first }) },
    at,
  );
}

/** Size before the change and its trigger: the pool's own operation, its creation, or an operation on the cluster. */
function sizeChange({ pool, operation }: Pick<PoolStep, 'pool' | 'operation'>): {
  fromSize?: number | undefined;
  trigger?: string;
} {
  if (operation?.targetId === pool.id) return poolOperationInput(operation);
  if (!operation || operation.type === 'CREATE_CLUSTER') return {};
  const { resized } = poolOperationInput(operation);
  const fromSize = resized?.nodePoolId === pool.id ? resized.fromSize : undefined;
  return { fromSize, trigger: operation.type };
}

/** `toSize` is the size reached: after a partial success it is below `desiredSize`. */
function scaled({ pool, cluster, operation }: PoolStep, result: PoolResult, toSize: number): NewEvent {
  const input = sizeChange({ pool, operation });
  const fromSize = input.fromSize ?? 0;
  const { created, failed } = result;
  const data = {
    targetKind: 'NodePool',
    targetId: pool.id,
    fromSize,
    toSize,
    desiredSize: pool.desiredSize,
    requested: created + failed,
    created,
    failed,
    trigger: input.trigger ?? 'CREATE',
  };
  const text = `The node pool ${pool.name} went from ${fromSize} to ${toSize} of ${pool.desiredSize} nodes: ${created} made, ${failed} failed.`;
  const level = failed === 0 ? 'INFO' : 'WARNING';
  return eventOf({ cluster, pool, operationId: operation?.id }, 'NODE_POOL_SCALED', text, {
    category: 'SCALING',
    level,
    data,
  });
}
