import { requeueAfter } from '../../../../engine/contract.js';
import { startStage } from '../../../../engine/operations/operations.js';
import { releaseInstanceQuota, releaseNodeQuota } from '../../changes/quota-usage.js';
import { deleteNodes, type RemovalOptions, markRemoving } from '../../store/node-changes.store.js';
import { eventOf } from '../../model/cluster-events.js';
import type { Node } from '../../store/reconcile.store.js';
import { drainNodes } from './drain-nodes.js';
import { releaseNodeNetwork } from '../../changes/node-network.js';
import { ATTACHED, planPool } from '../../model/node-pool.plan.js';
import { batches, inPool, type PoolStep } from '../steps/node-pool-step.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { countNodesOf } from '../../store/node.store.js';

/** Milliseconds between two checks of nodes that are being drained or deleted. */
const POLL_MS = 500;

/** Removes nodes: marks, drains and deletes them, then removes their rows. */
export async function removeNodes(step: PoolStep): Promise<StepOutcome | undefined> {
  const leaving = step.pool.state === 'DELETING' ? step.nodes : planPool(step.pool, step.nodes).leaving;
  if (leaving.length === 0) return undefined;
  const unmarked = leaving.filter(({ state }) => state !== 'removing');
  if (unmarked.length > 0) {
    await mark(step, unmarked);
    return 'again';
  }
  let waiting = 0;
  for (const batch of batches(leaving)) {
    step.scope.signal.throwIfAborted();
    const drained = await drainNodes(step, batch);
    waiting += batch.length - drained.length + (await deleteDrained(step, drained));
  }
  return waiting > 0 ? requeueAfter(POLL_MS) : 'again';
}

/** Deletes drained nodes with the provider; returns the number of nodes that still exist. */
async function deleteDrained(step: PoolStep, drained: readonly Node[]): Promise<number> {
  const { cluster, dependencies, scope } = step;
  let waiting = 0;
  for (const [release, nodes] of Map.groupBy(drained, (node) => isReleased(node))) {
    const ids = nodes.map(({ id }) => id);
    const still = new Set(
      await dependencies.provider.deleteInstances(cluster.id, ids, { drain: false, release }),
    );
    await scope.faults.reach('node-pool.instances-removed');
    waiting += still.size;
    await deleteRemovedNodes(
      step,
      nodes.filter(({ id }) => !still.has(id)),
    );
  }
  return waiting;
}

/** Attached instances are kept in the account unless the request says otherwise. */
function isReleased({ removalOptions, origin }: Node): boolean {
  return (removalOptions as RemovalOptions | null)?.release ?? origin !== ATTACHED;
}

async function mark(step: PoolStep, nodes: readonly Node[]): Promise<void> {
  const { pool, cluster, operation, scope } = step;
  await inPool(step, async (tx, at) => {
    const deleting = pool.state === 'DELETING';
    const leaving: RemovalOptions = {
      drain: cluster.state !== 'DELETING',
      reason: deleting ? 'DELETED' : 'SCALE_IN',
      since: at.toISOString(),
    };
    await markRemoving(
      tx,
      nodes.map(({ id }) => id),
      leaving,
    );
    if (operation?.targetId === pool.id) await startStage(tx, operation.id, 'NODES', at);
    const data = { nodes: nodes.map(({ name }) => name).slice(0, 100), count: nodes.length };
    const text = `The node pool ${pool.name} loses ${nodes.length} nodes.`;
    return [eventOf({ cluster, pool, operationId: operation?.id }, 'NODES_REMOVING', text, { data })];
  });
  await scope.faults.reach('node-pool.removal-chosen');
}

async function deleteRemovedNodes(step: PoolStep, removedNodes: readonly Node[]): Promise<void> {
  if (removedNodes.length === 0) return;
  const { pool, cluster, operation, scope } = step;
  await inPool(step, async (tx) => {
    const removed = await deleteNodes(
      tx,
      removedNodes.map(({ id }) => id),
    );
    await releaseInstanceQuota(tx, pool.account, removed);
    await releaseNodeNetwork(tx, cluster.id);
    const existing = await countNodesOf(tx, pool.id);
    const keep = Math.max(pool.state === 'DELETING' ? 0 : pool.desiredSize, existing);
    await releaseNodeQuota(tx, { cluster, pool, keep });
    const ids = new Set(removed.map(({ id }) => id));
    const subject = { cluster, pool, operationId: operation?.id };
    return removedNodes
      .filter(({ id }) => ids.has(id))
      .map(({ id, name, instanceId }) =>
        eventOf(subject, 'NODE_REMOVED', `The node ${name} is gone.`, {
          data: { nodeId: id, name, instanceId },
        }),
      );
  });
  await scope.faults.reach('node-pool.removal-recorded');
}
