import { done, type ReconcileResult } from '../../../../engine/contract.js';
import { finishOperation, finishStage, advanceStage } from '../../../../engine/operations/operations.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Problem } from '../../../../kernel/result.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { inCluster, clusterEvent, type ClusterStep } from '../steps/cluster-step.js';
import { updateCluster } from '../../store/cluster.store.js';
import { withCondition } from '../../model/conditions.js';
import { deleteMasters } from '../../changes/masters.js';
import { releaseNodeNetwork } from '../../changes/node-network.js';
import { endState, resultOf, type PoolResult } from '../../model/node-pool.plan.js';
import { enqueueVersionSupport } from '../version-support/version-support.reconciler.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { readNodesByPool } from '../../store/reconcile.store.js';

const READY = 'Ready';

/** Whether every pool has completed its generation. */
export function poolsReconciled({ pools }: ClusterStep): boolean {
  return pools.every((pool) => pool.state !== 'DELETING' && pool.observedGeneration >= pool.generation);
}

/** Sets the cluster RUNNING once every pool is reconciled; pools enqueue the cluster when they complete. */
export async function completeCluster(step: ClusterStep): Promise<StepOutcome> {
  if (!poolsReconciled(step)) return done;
  const { cluster, operation, scope } = step;
  const result = operation && (await resultOfPools(step));
  await inCluster(step, async (tx, at) => {
    const message = 'The control plane runs and the node pools have settled.';
    const conditions = withCondition(
      cluster,
      { type: READY, status: 'True', reason: 'Running', message },
      at,
    );
    await updateCluster(tx, cluster.id, { state: 'RUNNING', conditions });
    if (operation && result) {
      await finishCreation(tx, { id: operation.id, result, at });
      // The cluster may have been created with an older patch version.
      await enqueueVersionSupport(tx, cluster);
    }
    return [
      clusterEvent(step, 'CLUSTER_RUNNING', `The cluster ${cluster.name} is running.`, {
        data: { from: cluster.state },
      }),
    ];
  });
  await scope.faults.reach('cluster.completed');
  return done;
}

async function finishCreation(
  tx: EventTransaction,
  { id, result, at }: { id: string; result: PoolResult; at: Date },
): Promise<void> {
  await advanceStage(tx, id, { from: 'NODE_POOLS', to: 'READY' }, at);
  // The cluster was created, so the result is PARTIAL even if no node was.
  const state = result.failed === 0 ? 'SUCCEEDED' : 'PARTIAL';
  if (state === 'SUCCEEDED') await finishStage(tx, id, 'READY', at);
  await finishOperation(tx, id, { ...result, state }, at);
}

/** The sum of the results of the pools. */
async function resultOfPools({ pools, operation, scope }: ClusterStep): Promise<PoolResult> {
  const nodesOf = await readNodesByPool(scope.database, pools);
  const results = pools.map((pool) => resultOf(pool, nodesOf(pool), operation));
  return {
    created: results.reduce((sum, { created }) => sum + created, 0),
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
    failures: results.flatMap(({ failures }) => failures),
  };
}

/** Ends a cancelled creation once its pools have stopped: the cluster is FAILED and can be deleted. */
export async function completeCanceledCluster(step: ClusterStep): Promise<StepOutcome> {
  if (!poolsReconciled(step)) return done;
  const { operation } = step;
  const result = await resultOfPools(step);
  const error = { code: 'OPERATION_CANCELED', message: 'The creation was cancelled.' } as const;
  const state = endState(result, operation);
  // Without a requested control plane, its masters are never created.
  const unmade = (await step.dependencies.provider.controlPlane(step.cluster.id)) === undefined;
  const forget = unmade ? removeMasters : undefined;
  return finishClusterChange(step, {
    error,
    reason: 'Canceled',
    state: state === 'CANCELED' ? state : 'FAILED',
    result,
    forget,
  });
}

async function removeMasters(tx: Transaction, cluster: ClusterStep['cluster']): Promise<void> {
  await deleteMasters(tx, cluster);
  await releaseNodeNetwork(tx, cluster.id);
}

/** Ends a creation that failed. */
export function failCluster(step: ClusterStep, error: Problem): Promise<ReconcileResult> {
  return finishClusterChange(step, { error, reason: 'ProvisioningFailed', state: 'FAILED' });
}

interface End {
  readonly error: Problem;
  readonly reason: string;
  readonly state: 'FAILED' | 'CANCELED';
  readonly result?: PoolResult;
  /** Deletes rows that need not remain until the cluster is deleted. */
  readonly forget?: ((tx: EventTransaction, cluster: ClusterStep['cluster']) => Promise<void>) | undefined;
}

async function finishClusterChange(
  step: ClusterStep,
  { error, reason, state, result, forget }: End,
): Promise<ReconcileResult> {
  const { cluster, operation } = step;
  await inCluster(step, async (tx, at) => {
    const { message } = error;
    const conditions = withCondition(cluster, { type: READY, status: 'False', reason, message }, at);
    await updateCluster(tx, cluster.id, { state: 'FAILED', conditions });
    await forget?.(tx, cluster);
    if (operation) await finishOperation(tx, operation.id, { ...result, state, error }, at);
    return [
      clusterEvent(step, 'CLUSTER_FAILED', `The cluster ${cluster.name} failed: ${message}`, {
        level: 'ERROR',
        data: { reason },
      }),
    ];
  });
  return done;
}
