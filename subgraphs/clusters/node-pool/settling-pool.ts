import { done, type NewEvent } from '../../../engine/contract.js';
import { finishOperation, finishStage, startStage } from '../../../engine/operations.js';
import { enqueue } from '../../../engine/queue.js';
import type { Transaction } from '../../../kernel/database.js';
import { releasePlaces } from '../reconcile/held.js';
import { endState, planPool, resultOf, type PoolResult } from './node-pool.plan.js';
import { inPool, type PoolStep, type StepOutcome } from './node-pool.steps.js';
import { eventOf } from '../reconcile/reconcile-events.js';

/** The wish has been tried to its end: says what came of it, and lets the cluster look. */
export async function settlePool(step: PoolStep): Promise<StepOutcome> {
  const { pool, cluster, nodes, scope } = step;
  const result = resultOf(pool, nodes);
  const kept = planPool(pool, nodes).kept.length;
  const running = nodes.filter(({ state }) => state === 'running').length;
  await inPool(step, async (tx, at) => {
    await releasePlaces(tx, { cluster, pool, keep: Math.max(pool.desiredSize, kept) });
    await tx.nodePool.update({
      where: { id: pool.id },
      data: {
        state: running === 0 && result.failed > 0 ? 'FAILED' : 'ACTIVE',
        settledGeneration: pool.generation,
        resourceVersion: { increment: 1 },
      },
    });
    await enqueue(tx, 'cluster', cluster.id);
    await endOperation(tx, step, result, at);
    return [scaled(step, result, running)];
  });
  await scope.faults.reach('node-pool.settled');
  return done;
}

async function endOperation(tx: Transaction, step: PoolStep, result: PoolResult, at: Date): Promise<void> {
  const { operation, pool } = step;
  // The operation that makes a cluster is ended by the cluster.
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

/** `toSize` is what came of it, not what was wished: a partial success ends below `desiredSize`. */
function scaled({ pool, cluster, operation }: PoolStep, result: PoolResult, toSize: number): NewEvent {
  const input = (operation?.targetId === pool.id ? operation.input : {}) as {
    fromSize?: number;
    trigger?: string;
  };
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
