import { requeueAfter } from '../../../engine/contract.js';
import { release } from '../../../engine/ledger.js';
import { startStage } from '../../../engine/operations.js';
import type { Node } from '../reconcile/reconcile.store.js';
import { heldVcpus, releasePlaces, VCPU } from '../reconcile/held.js';
import { planPool } from './node-pool.plan.js';
import { batches, inPool, type PoolStep, type StepOutcome } from './node-pool.steps.js';
import { deleteNodes, markRemoving } from '../reconcile/nodes.store.js';
import { eventOf } from '../reconcile/reconcile-events.js';

/** Drained nodes are looked for again after this. */
const LOOK_MS = 500;

/** Takes away the nodes that go: first marked, then drained and deleted, then forgotten. */
export async function removeNodes(step: PoolStep): Promise<StepOutcome | undefined> {
  const leaving = step.pool.state === 'DELETING' ? step.nodes : planPool(step.pool, step.nodes).leaving;
  if (leaving.length === 0) return undefined;
  await mark(
    step,
    leaving.filter(({ state }) => state !== 'removing'),
  );
  const drain = step.cluster.state !== 'DELETING';
  let waiting = 0;
  for (const batch of batches(leaving)) {
    step.scope.signal.throwIfAborted();
    const ids = batch.map(({ id }) => id);
    const still = new Set(await step.means.provider.deleteInstances(step.cluster.id, ids, { drain }));
    await step.scope.faults.reach('node-pool.instances-removed');
    waiting += still.size;
    await forget(
      step,
      batch.filter(({ id }) => !still.has(id)),
    );
  }
  return waiting > 0 ? requeueAfter(LOOK_MS) : 'again';
}

async function mark(step: PoolStep, nodes: readonly Node[]): Promise<void> {
  if (nodes.length === 0) return;
  const { pool, cluster, operation, scope } = step;
  await inPool(step, async (tx, at) => {
    await markRemoving(
      tx,
      nodes.map(({ id }) => id),
    );
    if (operation?.targetId === pool.id) await startStage(tx, operation.id, 'NODES', at);
    const data = { nodes: nodes.map(({ name }) => name).slice(0, 100), count: nodes.length };
    const text = `The node pool ${pool.name} loses ${nodes.length} nodes.`;
    return [eventOf({ cluster, pool, operationId: operation?.id }, 'NODES_REMOVING', text, { data })];
  });
  await scope.faults.reach('node-pool.removal-chosen');
}

async function forget(step: PoolStep, gone: readonly Node[]): Promise<void> {
  if (gone.length === 0) return;
  const { pool, cluster, operation, scope } = step;
  await inPool(step, async (tx) => {
    const removed = await deleteNodes(
      tx,
      gone.map(({ id }) => id),
    );
    const amount = removed.reduce((sum, node) => sum + heldVcpus(node), 0);
    await release(tx, { ...VCPU, account: pool.account, amount });
    const existing = await tx.node.count({ where: { nodePoolId: pool.id } });
    const keep = Math.max(pool.state === 'DELETING' ? 0 : pool.desiredSize, existing);
    await releasePlaces(tx, { cluster, pool, keep });
    const ids = new Set(removed.map(({ id }) => id));
    const subject = { cluster, pool, operationId: operation?.id };
    return gone
      .filter(({ id }) => ids.has(id))
      .map(({ id, name }) =>
        eventOf(subject, 'NODE_REMOVED', `The node ${name} is gone.`, { data: { nodeId: id, name } }),
      );
  });
  await scope.faults.reach('node-pool.removal-recorded');
}
