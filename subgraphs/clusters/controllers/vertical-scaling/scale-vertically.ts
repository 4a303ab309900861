import { done, type Failure, type ReconcileResult } from '../../../../engine/contract.js';
import {
  finishOperation,
  finishStage,
  setProgress,
  startStage,
} from '../../../../engine/operations/operations.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import { type Problem, ProblemError } from '../../../../kernel/result.js';
import { inCluster, clusterEvent, type ClusterStep, type Step } from '../steps/cluster-step.js';
import { saveScaling, scalingOf } from '../../store/vertical-scaling.store.js';
import { updateCluster } from '../../store/cluster.store.js';
import { poolsReconciled } from '../provisioning/complete-cluster.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { markRemoving } from '../../store/node-changes.store.js';
import { type Node, type NodePool, type Operation, readNodesByPool } from '../../store/reconcile.store.js';
import { resultOf } from '../../model/node-pool.plan.js';
import { canResize, setDesiredPoolSize } from '../../changes/pool-size.js';
import { batchSize } from '../../model/upgrade.rules.js';
import { transferSettings, settingsOfRemovedNodes } from './keep-settings.js';
import {
  nextReplacement,
  SCALE_VERTICALLY,
  type VerticalScalingInput,
} from '../../model/vertical-scaling.rules.js';
import { remainingSize } from '../../model/scaling-group.js';
import { setPoolInstanceTypes } from '../../store/node-pool.store.js';

/** Input path of the cluster in errors. */
const PATH = ['input', 'id'];

interface PoolScaling extends ClusterStep {
  readonly operation: Operation;
  readonly scaling: VerticalScalingInput;
  readonly pool: NodePool;
  readonly baseSize: number;
  readonly nodes: readonly Node[];
}

/** Replaces the nodes of the pools, one pool after another; reconciled pools enqueue the cluster. */
export const scaleVertically: Step = async (step) => {
  const { operation, pools, scope } = step;
  if (operation?.type !== SCALE_VERTICALLY) return undefined;
  if (!poolsReconciled(step)) return done;
  const scaling = scalingOf(operation);
  const nodesOf = await readNodesByPool(scope.database, scaling.pools);
  for (const { id, baseSize } of scaling.pools) {
    const pool = pools.find((candidate) => candidate.id === id);
    if (!pool) continue;
    const outcome = await scalePool({ ...step, operation, scaling, pool, baseSize, nodes: nodesOf(pool) });
    if (outcome !== undefined) return outcome;
  }
  return finishScaling(step, operation);
};

async function scalePool(step: PoolScaling): Promise<StepOutcome | undefined> {
  const { nodes, scaling, baseSize, pool } = step;
  if (scaling.left?.poolId === pool.id) await transferSettings({ step, pool, nodes }, scaling.left.settings);
  const failure = failureOf(step);
  if (failure) return rollBackScaling(step, failure);
  const next = nextReplacement(nodes, {
    types: scaling.instanceTypes,
    baseSize,
    room: remainingSize({ ...pool, desiredSize: baseSize }),
    batchSize: batchSize(nodes.length, scaling.batchSize),
  });
  if (next.kind === 'DONE') return undefined;
  return next.kind === 'GROW' ? addReplacements(step, next.by) : removeReplaced(step, next);
}

/** Why the last step added no node; undefined if it added some or the pool has not been scaled yet. */
function failureOf({ operation, pool, nodes, baseSize }: PoolScaling): Failure | undefined {
  if (pool.operationId !== operation.id) return undefined;
  const [failure] = resultOf(pool, nodes).failures;
  const started = nodes.some(({ state, generation }) => state === 'failed' && generation === pool.generation);
  const running = nodes.filter(({ state }) => state === 'running').length;
  // Nodes within the quota are replaced; this frees quota for the next step.
  return started || running <= baseSize ? failure : undefined;
}

/** Instance types of the pool from the next size change on; quota is reserved for them. */
function instanceChangeOf({ scaling }: PoolScaling) {
  return { instanceTypes: [...scaling.instanceTypes] };
}

async function addReplacements(step: PoolScaling, by: number): Promise<StepOutcome> {
  const { cluster, operation, pool, scaling, baseSize } = step;
  const desiredSize = baseSize + by;
  try {
    await inCluster(step, async (tx, at) => {
      await startStage(tx, operation.id, `POOL ${pool.name}`, at);
      const size = { desiredSize, operationId: operation.id, path: PATH, more: instanceChangeOf(step) };
      await setDesiredPoolSize(tx, { cluster, pool, ...size });
      const text = `The node pool ${pool.name} gets ${by} nodes of ${scaling.instanceTypes.join(', ')}.`;
      return [clusterEvent(step, 'NODES_REPLACING', text, { data: { nodePoolId: pool.id, nodes: by } })];
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return rollBackScaling(step, error.problems[0] ?? null);
  }
  return done;
}

/** Removes old nodes: replacements exist already, or are created afterwards (REPLACE). */
async function removeReplaced(
  step: PoolScaling,
  { kind, leaving }: { readonly kind: 'SHRINK' | 'REPLACE'; readonly leaving: readonly string[] },
): Promise<StepOutcome> {
  const { cluster, operation, pool, baseSize, nodes, scaling } = step;
  const settings = await settingsOfRemovedNodes({ step, pool, nodes }, leaving);
  if (kind === 'SHRINK') await transferSettings({ step, pool, nodes }, settings);
  const { left: _, ...rest } = scaling;
  const remembered = kind === 'REPLACE' ? { ...rest, left: { poolId: pool.id, settings } } : rest;
  try {
    await inCluster(step, async (tx, at) => {
      if (kind === 'REPLACE') await startStage(tx, operation.id, `POOL ${pool.name}`, at);
      await saveScaling(tx, operation.id, remembered);
      await markRemoving(tx, leaving, { drain: true, reason: 'REQUESTED', since: at.toISOString() });
      const size = {
        desiredSize: baseSize,
        operationId: operation.id,
        path: PATH,
        more: instanceChangeOf(step),
      };
      await setDesiredPoolSize(tx, { cluster, pool, ...size });
      const names = nodes.filter(({ id }) => leaving.includes(id)).map(({ name }) => name);
      const created = (operation.created ?? 0) + leaving.length;
      await setProgress(tx, operation.id, {
        created,
        progress: Math.min(0.99, created / (operation.requested || 1)),
      });
      return [
        clusterEvent(step, 'NODES_REPLACED', `${names.join(', ')} leave the node pool ${pool.name}.`, {
          data: { nodes: names },
        }),
      ];
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return rollBackScaling(step, error.problems[0] ?? null);
  }
  return done;
}

/** Ends a failed vertical scaling: the pool returns to its size, nodes that were replaced are kept. */
async function rollBackScaling(
  step: PoolScaling,
  failure: Failure | Problem | null,
): Promise<ReconcileResult> {
  const { cluster, operation, pool, baseSize, nodes } = step;
  const error: Problem = failure ?? {
    code: 'INSTANCE_START_FAILED',
    message: 'The new nodes could not be started.',
  };
  // Some nodes were removed before their replacements were created.
  const missing = baseSize - nodes.filter(({ state }) => state === 'running').length;
  const created = Math.max(0, (operation.created ?? 0) - Math.max(0, missing));
  await inCluster(step, async (tx, at) => {
    const size = { desiredSize: baseSize, operationId: operation.id, path: PATH };
    if (canResize(pool)) await setDesiredPoolSize(tx, { cluster, pool, ...size });
    await updateCluster(tx, cluster.id, { state: 'SCALING' });
    const failed = Math.max(0, (operation.requested ?? 0) - created);
    const state = created > 0 ? 'PARTIAL' : 'FAILED';
    await finishOperation(tx, operation.id, { state, created, failed, failures: [error], error }, at);
    await enqueue(tx, 'cluster', cluster.id);
    return [
      clusterEvent(step, 'CLUSTER_SCALING_FAILED', error.message, {
        level: 'ERROR',
        data: { code: error.code },
      }),
    ];
  });
  return done;
}

async function finishScaling(step: ClusterStep, operation: Operation): Promise<ReconcileResult> {
  const { cluster, pools } = step;
  const { instanceTypes, pools: scaledPools } = scalingOf(operation);
  await inCluster(step, async (tx, at) => {
    // Pools whose nodes all have a requested instance type were skipped by the earlier steps.
    const ids = scaledPools.map(({ id }) => id);
    await setPoolInstanceTypes(tx, ids, instanceTypes);
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
    return [clusterEvent(step, 'CLUSTER_SCALED_VERTICALLY', text, { data: { instanceTypes } })];
  });
  return done;
}
