import { done, requeueAfter, type ReconcileContext } from '../../../../engine/contract.js';
import { Finalizers } from '../../../../engine/jobs/finalizers.js';
import { deleteScope, release } from '../../../../engine/ledger/ledger.js';
import {
  finishOperation,
  finishStage,
  advanceStage,
  startStage,
} from '../../../../engine/operations/operations.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import { poolResources } from '../../changes/quota.reservations.js';
import { releaseNodeQuota } from '../../changes/quota-usage.js';
import { inPool, type PoolStep } from '../steps/node-pool-step.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { eventOf } from '../../model/cluster-events.js';
import { removeNodes } from './remove-nodes.js';
import { readLockedNodePool, saveNodePoolStatus, updateNodePool } from '../../store/node-pool.store.js';

const POLL_MS = 500;

const finalizers = new Finalizers<PoolStep>(
  [
    {
      name: 'nodes',
      finalize: async (step) => (await removeNodes(step)) === undefined,
    },
    {
      name: 'ledger',
      release: async (tx, { pool, cluster }) => {
        const { account } = pool;
        await releaseNodeQuota(tx, { cluster, pool, keep: 0 });
        for (const resource of poolResources(cluster.product))
          await release(tx, { account, resource, scope: cluster.id, amount: 1 });
        await deleteScope(tx, account, pool.id);
      },
    },
  ],
  (step, name, releaseIn) =>
    inPool(step, async (tx, at) => {
      const { finalizers: names } = await readLockedNodePool(tx, step.pool.id);
      if (!names.includes(name)) return [];
      await releaseIn(tx);
      const finalizers = names.filter((other) => other !== name);
      await saveNodePoolStatus(tx, step.pool.id, { finalizers });
      if (name === 'nodes') await nextStage(step, tx, at);
      return [];
    }),
);

async function nextStage(
  { operation, pool }: PoolStep,
  tx: Parameters<typeof startStage>[0],
  at: Date,
): Promise<void> {
  if (operation?.targetId !== pool.id) return;
  await advanceStage(tx, operation.id, { from: 'NODES', to: 'RELEASE' }, at);
}

/** Deletes a pool, its nodes and its scaling group. */
export async function deletePool(step: PoolStep, scope: ReconcileContext): Promise<StepOutcome> {
  const { pool, cluster, operation } = step;
  if (step.nodes.length > 0) return (await removeNodes(step)) ?? 'again';
  if (!(await finalizers.run(step, pool.finalizers, scope))) return requeueAfter(POLL_MS);
  await step.dependencies.provider.deleteScalingGroup(cluster.id, pool.id);
  await inPool(step, async (tx, at) => {
    await updateNodePool(tx, pool.id, { deletedAt: at });
    await enqueue(tx, 'cluster', cluster.id);
    if (operation?.targetId === pool.id) {
      await finishStage(tx, operation.id, 'RELEASE', at);
      await finishOperation(tx, operation.id, { state: 'SUCCEEDED' }, at);
    }
    const text = `The node pool ${pool.name} is deleted.`;
    return [eventOf({ cluster, pool, operationId: operation?.id }, 'NODE_POOL_DELETED', text)];
  });
  return done;
}
