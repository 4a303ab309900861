import { throwNotFound } from '../../../engine/not-found.js';
import { enqueue } from '../../../engine/jobs/queue.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import { throwProblem, ProblemError } from '../../../kernel/result.js';
import { rejectNodesOn } from '../model/kind.guard.js';
import { type ClusterRow, lockCluster, updateCluster } from '../store/cluster.store.js';
import { unfinishedOperations } from '../store/operation.store.js';
import { autoscalingOf } from '../model/node-pool.rules.js';
import * as pools from '../store/node-pool.store.js';
import type { NodePoolState } from '../model/node-pool.enums.js';
import { nextPoolState, type PoolCommand, poolStateProblem } from '../model/pool-states.js';

/** Cluster states that permit changes of its pools. */
export const MUTABLE_CLUSTER_STATES: readonly string[] = ['RUNNING', 'SCALING'];

/** The target columns of operations on a pool. */
export function target({ id, account, clusterId }: { id: string; account: string; clusterId: string }) {
  return { account, targetKind: 'NodePool', targetId: id, clusterId } as const;
}

/** Finishes the change of a pool's spec: updates the cluster's state and enqueues the pool. */
export async function enqueuePoolChange(
  tx: Transaction,
  cluster: ClusterRow,
  nodePoolId: string,
): Promise<void> {
  await updateCluster(tx, cluster.id, { state: 'SCALING' });
  await enqueue(tx, 'node-pool', nodePoolId);
}

export interface LockedPool {
  readonly cluster: ClusterRow;
  readonly pool: pools.NodePoolRow;
}

/** Locks the pool's cluster, then the pool; the fixed order prevents deadlocks. */
export async function lockClusterAndPool(
  tx: Transaction,
  account: string,
  nodePoolId: string,
  path: readonly string[],
): Promise<LockedPool> {
  const clusterId = await pools.clusterOfPool(tx, account, nodePoolId);
  if (clusterId === null) return throwNotFound('NODE_POOL', nodePoolId, path);
  const cluster = await changeableCluster(tx, account, clusterId, path);
  const pool = await pools.lockNodePool(tx, account, nodePoolId);
  if (!pool) return throwNotFound('NODE_POOL', nodePoolId, path);
  return { cluster, pool };
}

/** Locks a cluster whose pools can be changed now. Rejects with `UNSUPPORTED_BY_KIND` and `INVALID_STATE`. */
export async function changeableCluster(
  tx: Transaction,
  account: string,
  id: string,
  path: readonly string[],
): Promise<ClusterRow> {
  const cluster = await lockCluster(tx, account, id);
  if (!cluster) return throwNotFound('CLUSTER', id, path);
  rejectNodesOn(cluster, path);
  if (!MUTABLE_CLUSTER_STATES.includes(cluster.state)) {
    throwProblem(
      'INVALID_STATE',
      `The cluster ${id} is ${cluster.state}; it must be ${MUTABLE_CLUSTER_STATES.join(' or ')}.`,
      {
        path,
      },
    );
  }
  return cluster;
}

/** The state of the locked pool after the command. Rejects with `INVALID_STATE` and `SCALING_GROUP_MISSING`. */
export async function requireTransition(
  tx: Transaction,
  pool: pools.NodePoolRow,
  command: PoolCommand,
  path: readonly string[],
): Promise<NodePoolState> {
  const state = pool.state;
  const next = nextPoolState(state, command);
  if (!next) throw new ProblemError([poolStateProblem({ id: pool.id, state }, path)]);
  if (command !== 'DELETE' && (await unfinishedOperations(tx, { targetId: pool.id })).length > 0)
    throwProblem(
      'INVALID_STATE',
      `Another operation on the node pool ${pool.id} has not ended. Wait for it.`,
      {
        path,
      },
    );
  return next;
}

/** Rejects manual scaling of a pool with autoscaling enabled with `RISK_NOT_ACKNOWLEDGED`. */
export function rejectScalingByHand(
  pool: { readonly autoscaling: unknown },
  acknowledged: boolean | null | undefined,
): void {
  if (!hasAutoscaling(pool) || acknowledged) return;
  const message =
    'Autoscaling of the node pool is enabled and may undo the change. Disable autoscaling, or set acknowledgeRisk.';
  throwProblem('RISK_NOT_ACKNOWLEDGED', message, { path: ['input', 'acknowledgeRisk'] });
}

export function hasAutoscaling(pool: { readonly autoscaling: unknown }): boolean {
  return autoscalingOf(pool)?.enabled ?? false;
}
