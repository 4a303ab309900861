import { done, type Reconciler, type ReconcileContext } from '../../../../engine/contract.js';
import { cancelPoolChange } from './cancel-pool-change.js';
import { deletePool } from './delete-pool.js';
import { ensurePoolScalingGroup } from './ensure-scaling-group.js';
import { failPending, createInstances, insertNodeRows } from './create-nodes.js';
import type { ReconcilerDependencies, PoolStep } from '../steps/node-pool-step.js';
import { type StepOutcome, runSteps } from '../steps/run-steps.js';
import { observeNodes } from './observe-nodes.js';
import { isConditionTrue } from '../../model/conditions.js';
import { type PoolView, readNodes, readPool } from '../../store/reconcile.store.js';
import { applySettings } from './node-settings.js';
import { removeNodes } from './remove-nodes.js';
import { completePool } from './complete-pool.js';
import { syncPool } from './sync-pool.js';

/** The steps of a reconciliation; each returns undefined if it has nothing to do. */
const STEPS = [
  cancelPoolChange,
  ensurePoolScalingGroup,
  syncPool,
  applySettings,
  removeNodes,
  insertNodeRows,
  createInstances,
  observeNodes,
];

/**
 * Reconciles the size of a node pool. `observedGeneration` reaches `generation` once every change was attempted,
 * whether it succeeded or failed.
 */
export function createNodePoolReconciler(dependencies: ReconcilerDependencies): Reconciler {
  return {
    kind: 'node-pool',
    reconcile: (key, scope) => runSteps(() => nextStep(key, { scope, dependencies })),
    /** Pending nodes fail; the pool then completes its generation with its existing nodes. */
    async failed(key, problem, scope) {
      const view = await readPool(scope.database, key);
      if (view)
        await failPending(
          { ...view, scope, dependencies, nodes: await readNodes(scope.database, key) },
          problem,
        );
    },
  };
}

async function nextStep(
  key: string,
  { scope, dependencies }: { scope: ReconcileContext; dependencies: ReconcilerDependencies },
): Promise<StepOutcome> {
  await scope.faults.reach('node-pool.started');
  const view = await readPool(scope.database, key);
  if (!view || !isDue(view.cluster, view.pool, view.operation?.cancelRequestedAt)) return done;
  const step: PoolStep = { ...view, scope, dependencies, nodes: await readNodes(scope.database, key) };
  if (view.pool.state === 'DELETING') return deletePool(step, scope);
  for (const take of STEPS) {
    const outcome: StepOutcome | undefined = await take(step);
    if (outcome !== undefined) return outcome;
  }
  return completePool(step);
}

type Due = { readonly state: string; readonly generation: number; readonly observedGeneration: number };

/** Whether a generation is incomplete and the cluster can add or remove nodes. */
function isDue(cluster: PoolView['cluster'], pool: Due, canceled: Date | null | undefined): boolean {
  if (pool.state === 'DELETING') return true;
  if (pool.observedGeneration >= pool.generation || cluster.state === 'DELETING') return false;
  // Nodes cannot join before the Kubernetes API is ready; the cluster enqueues its pools then.
  return canceled != null || takesNodes(cluster);
}

function takesNodes(cluster: PoolView['cluster']): boolean {
  return isConditionTrue(cluster, 'KubernetesApiReady');
}
