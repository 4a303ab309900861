import { createOperation } from '../../../../engine/operations/operations.js';
import type { Platform } from '../../../../engine/platform.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { type Problem, throwProblem, ProblemError } from '../../../../kernel/result.js';
import { change, type ChangeOutcome } from '../../changes/change.js';
import { type NodeRow, nodesInPool } from '../../store/node.store.js';
import { nextNodeState } from '../../model/node-states.js';
import { type RemovalOptions, markRemoving } from '../../store/node-changes.store.js';
import { REMOVE_NODES } from '../../model/node-pool.plan.js';
import * as pools from '../../store/node-pool.store.js';
import type { RemoveNodesInput, SyncNodePoolInput } from './pool-changes.input.js';
import {
  requireTransition,
  lockClusterAndPool,
  enqueuePoolChange,
  rejectScalingByHand,
  hasAutoscaling,
  target,
} from '../../changes/pool-spec.js';
import { minSizeOf } from '../../model/scaling-group.js';

const MAX_NODES = 100;

/** Removes nodes from pools, and synchronizes pools with the cloud. */
export class RemoveNodesService {
  constructor(private readonly platform: Platform) {}

  /** Removes nodes and reduces the pool's desired size by their number. */
  async remove(actor: Actor, input: RemoveNodesInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const ids = [...new Set(input.nodeIds)];
    if (ids.length < 1 || ids.length > MAX_NODES)
      throwProblem('INVALID_INPUT', `1 to ${MAX_NODES} nodes at once, not ${ids.length}.`, {
        path: ['input', 'nodeIds'],
      });
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'removeNodes', input, dryRun }, async (tx, at) => {
      const path = ['input', 'nodePoolId'];
      const { cluster, pool } = await lockClusterAndPool(tx, account, input.nodePoolId, path);
      const state = await requireTransition(tx, pool, 'REMOVE_NODES', path);
      await checkNodes(tx, pool.id, ids);
      const desiredSize = Math.max(0, pool.desiredSize - ids.length);
      rejectScalingByHand(pool, input.acknowledgeRisk);
      checkMinimum(pool, desiredSize);
      const leaving: RemovalOptions = {
        drain: input.drain ?? true,
        release: input.release ?? true,
        reason: 'REQUESTED',
        since: at.toISOString(),
      };
      await pools.keepFailedNodes(tx, pool);
      await markRemoving(tx, ids, leaving);
      const operation = await createOperation(
        tx,
        {
          ...target(pool),
          type: REMOVE_NODES,
          stages: ['NODES'],
          input: { fromSize: pool.desiredSize, toSize: desiredSize, trigger: 'REMOVE_NODES', nodeIds: ids },
        },
        at,
      );
      const generation = { increment: 1 };
      await pools.updateNodePool(tx, pool.id, { desiredSize, generation, state, operationId: operation.id });
      await enqueuePoolChange(tx, cluster, pool.id);
      return { clusterId: cluster.id, nodePoolId: pool.id, operationId: operation.id };
    });
  }

  /** Starts a comparison of the pool with the cloud and with Kubernetes; the engine fixes the differences. */
  async sync(actor: Actor, input: SyncNodePoolInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'syncNodePool', input, dryRun }, async (tx, at) => {
      const { cluster, pool } = await lockClusterAndPool(tx, account, input.id, ['input', 'id']);
      const state = await requireTransition(tx, pool, 'SYNC', ['input', 'id']);
      const operation = await createOperation(
        tx,
        {
          ...target(pool),
          type: 'SYNC_NODE_POOL',
          stages: ['INSPECT', 'NODES'],
          input: {
            fromSize: pool.desiredSize,
            toSize: pool.desiredSize,
            trigger: 'SYNC',
            decrementDesiredSize: input.decrementDesiredSize ?? false,
          },
        },
        at,
      );
      const generation = { increment: 1 };
      await pools.updateNodePool(tx, pool.id, { generation, state, operationId: operation.id });
      await enqueuePoolChange(tx, cluster, pool.id);
      return { clusterId: cluster.id, nodePoolId: pool.id, operationId: operation.id };
    });
  }
}

async function checkNodes(tx: Transaction, nodePoolId: string, ids: readonly string[]): Promise<void> {
  const nodes = await nodesInPool(tx, nodePoolId, ids);
  const found = new Map(nodes.map((node) => [node.id, node]));
  const problems = ids.flatMap((id, index) =>
    nodeProblem(found.get(id), { id, nodePoolId, path: ['input', 'nodeIds', String(index)] }),
  );
  if (problems.length > 0) throw new ProblemError(problems);
}

interface Named {
  readonly id: string;
  readonly nodePoolId: string;
  readonly path: readonly string[];
}

function nodeProblem(node: NodeRow | undefined, { id, nodePoolId, path }: Named): Problem[] {
  if (!node) {
    const message = `The node pool ${nodePoolId} has no node ${id.slice(0, 60)}. NodePool.nodes lists them.`;
    return [{ code: 'NOT_FOUND', message, path }];
  }
  if (nextNodeState(node.state, 'REMOVE')) return [];
  return [
    {
      code: 'INVALID_STATE',
      message: `The node ${node.name} (${id}) is ${node.state} and cannot be removed now.`,
      path,
    },
  ];
}

function checkMinimum(pool: pools.NodePoolRow, desiredSize: number): void {
  const minSize = minSizeOf(pool);
  if (!hasAutoscaling(pool) || desiredSize >= minSize) return;
  const message = `Autoscaling keeps at least ${minSize} nodes in the pool ${pool.id}. Lower autoscaling.minSize first.`;
  throwProblem('INVALID_INPUT', message, { path: ['input', 'nodeIds'] });
}
