import { done, type Failure, type Outcome } from '../../../engine/contract.js';
import { finishOperation, finishStage, setProgress, startStage } from '../../../engine/operations.js';
import { enqueue } from '../../../engine/queue.js';
import { type Problem, Refused } from '../../../kernel/result.js';
import { inCluster, say, type ClusterStep, type Step } from '../cluster/cluster.steps.js';
import { updateCluster } from '../cluster/cluster.store.js';
import { poolsSettled } from '../cluster/settling-cluster.js';
import type { StepOutcome } from '../reconcile/steps.js';
import { markRemoving } from '../reconcile/nodes.store.js';
import { type Node, type NodePool, type Operation, readNodes } from '../reconcile/reconcile.store.js';
import { wishPoolSize } from '../upgrade/pool-size.js';
import { batchSize } from '../upgrade/upgrade.rules.js';
import { nextReplacement, SCALE_VERTICALLY, type VerticalScalingInput } from './vertical-scaling.rules.js';

interface PoolScaling extends ClusterStep {
  readonly operation: Operation;
  readonly wish: VerticalScalingInput;
  readonly pool: NodePool;
  readonly baseSize: number;
  readonly nodes: readonly Node[];
}

/** Replaces the nodes of the pools, one pool after the other; pools that settle wake the cluster. */
export const scaleVertically: Step = async (step) => {
  const { operation, pools, scope } = step;
  if (operation?.type !== SCALE_VERTICALLY) return undefined;
  if (!poolsSettled(step)) return done;
  const wish = operation.input as unknown as VerticalScalingInput;
  for (const { id, baseSize } of wish.pools) {
    const pool = pools.find((one) => one.id === id);
    if (!pool) continue;
    const nodes = await readNodes(scope.database, id);
    const outcome = await scalePool({ ...step, operation, wish, pool, baseSize, nodes });
    if (outcome !== undefined) return outcome;
  }
  return end(step, operation);
};

async function scalePool(step: PoolScaling): Promise<StepOutcome | undefined> {
  const { nodes, wish, baseSize, pool } = step;
  const failed = nodes.find((node) => node.state === 'failed' && node.generation === pool.generation);
  if (failed) return giveUp(step, failed.failure as unknown as Failure | null);
  const next = nextReplacement(nodes, {
    types: wish.instanceTypes,
    baseSize,
    batchSize: batchSize(nodes.length, wish.batchSize),
  });
  if (next.kind === 'GROW') return grow(step, next.by);
  if (next.kind === 'SHRINK') return shrink(step, next.leaving);
  return undefined;
}

async function grow(step: PoolScaling, by: number): Promise<StepOutcome> {
  const { cluster, operation, pool, wish, baseSize } = step;
  const stage = `POOL ${pool.name}`;
  try {
    await inCluster(step, async (tx, at) => {
      await startStage(tx, operation.id, stage, at);
      // The types first: what is reserved is for them.
      const instanceTypes = [...wish.instanceTypes];
      const larger = await tx.nodePool.update({ where: { id: pool.id }, data: { instanceTypes } });
      const path = ['input', 'id'];
      const desiredSize = baseSize + by;
      await wishPoolSize(tx, { cluster, pool: larger, desiredSize, operationId: operation.id, path });
      const text = `The node pool ${pool.name} gets ${by} nodes of ${wish.instanceTypes.join(', ')}.`;
      return [say(step, 'NODES_REPLACING', text, { data: { nodePoolId: pool.id, nodes: by } })];
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return giveUp(step, error.problems[0] ?? null);
  }
  return done;
}

async function shrink(step: PoolScaling, leaving: readonly string[]): Promise<StepOutcome> {
  const { cluster, operation, pool, baseSize, nodes } = step;
  await inCluster(step, async (tx, at) => {
    await markRemoving(tx, leaving, { drain: true, reason: 'REQUESTED', since: at.toISOString() });
    const path = ['input', 'id'];
    await wishPoolSize(tx, { cluster, pool, desiredSize: baseSize, operationId: operation.id, path });
    const names = nodes.filter(({ id }) => leaving.includes(id)).map(({ name }) => name);
    const created = (operation.created ?? 0) + leaving.length;
    await setProgress(tx, operation.id, {
      created,
      progress: Math.min(0.99, created / (operation.requested || 1)),
    });
    return [
      say(step, 'NODES_REPLACED', `${names.join(', ')} leave the node pool ${pool.name}.`, {
        data: { nodes: names },
      }),
    ];
  });
  return done;
}

/** New nodes cannot be had: the pool goes back to its size, what was replaced stays. */
async function giveUp(step: PoolScaling, failure: Failure | Problem | null): Promise<Outcome> {
  const { cluster, operation, pool, baseSize } = step;
  const error: Problem = failure ?? {
    code: 'INSTANCE_START_FAILED',
    message: 'The new nodes could not be started.',
  };
  await inCluster(step, async (tx, at) => {
    const path = ['input', 'id'];
    await wishPoolSize(tx, { cluster, pool, desiredSize: baseSize, operationId: operation.id, path });
    await updateCluster(tx, cluster.id, { state: 'SCALING' });
    const created = operation.created ?? 0;
    const failed = Math.max(0, (operation.requested ?? 0) - created);
    const state = created > 0 ? 'PARTIAL' : 'FAILED';
    await finishOperation(tx, operation.id, { state, created, failed, failures: [error], error }, at);
    await enqueue(tx, 'cluster', cluster.id);
    return [
      say(step, 'CLUSTER_SCALING_FAILED', error.message, { level: 'ERROR', data: { code: error.code } }),
    ];
  });
  return done;
}

async function end(step: ClusterStep, operation: Operation): Promise<Outcome> {
  const { cluster, pools } = step;
  const { instanceTypes, pools: wished } = operation.input as unknown as VerticalScalingInput;
  await inCluster(step, async (tx, at) => {
    // Pools without a node of another type have not been touched yet.
    const ids = wished.map(({ id }) => id);
    await tx.nodePool.updateMany({ where: { id: { in: ids } }, data: { instanceTypes: [...instanceTypes] } });
    for (const { name } of pools.filter(({ id }) => ids.includes(id))) {
      await startStage(tx, operation.id, `POOL ${name}`, at);
      await finishStage(tx, operation.id, `POOL ${name}`, at);
    }
    await updateCluster(tx, cluster.id, { state: 'RUNNING' });
    await finishOperation(
      tx,
      operation.id,
      { state: 'SUCCEEDED', created: operation.requested ?? 0, failed: 0 },
      at,
    );
    const text = `The nodes of ${cluster.name} are of ${instanceTypes.join(', ')}.`;
    return [say(step, 'CLUSTER_SCALED_VERTICALLY', text, { data: { instanceTypes } })];
  });
  return done;
}
