import { done, type Reconciler, type ReconcileContext } from '../../../../engine/contract.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import { inCluster, type ClusterStep, type Step } from '../steps/cluster-step.js';
import { deleteCluster, failDeletion } from './delete-cluster.js';
import { createControlPlane, openKubernetesApi } from '../provisioning/create-control-plane.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { type StepOutcome, runSteps } from '../steps/run-steps.js';
import { readCluster } from '../../store/reconcile.store.js';
import { waitForMasters } from '../provisioning/wait-for-masters.js';
import { failMigration, migrateCluster } from '../migration/migrate-cluster.js';
import {
  failCluster,
  poolsReconciled,
  completeCanceledCluster,
  completeCluster,
} from '../provisioning/complete-cluster.js';
import { scaleVertically } from '../vertical-scaling/scale-vertically.js';
import { failUpgrade, upgradeCluster } from '../upgrade/upgrade-cluster.js';
import { MIGRATE_CLUSTER } from '../../model/migration.rules.js';

/**
 * Steps by cluster state; the other states have none.
 *
 *   INITIAL ──▶ RUNNING ◀──▶ SCALING        (pools change; RUNNING once all are reconciled)
 *      │           ▲ ▼
 *      ▼        UPGRADING
 *    FAILED                  any ──▶ DELETING ──▶ DELETED | DELETE_FAILED
 */
const BY_STATE: Readonly<Record<string, readonly Step[]>> = {
  INITIAL: [cancelCreation, createControlPlane, openKubernetesApi, waitForMasters, completeCluster],
  UPDATING: [migrateCluster, scaleVertically],
  SCALING: [completeCluster],
  UPGRADING: [upgradeCluster],
  DELETING: [deleteCluster],
};

/** Reconciles a cluster: runs the steps of its state until one ends the reconciliation. */
export function createClusterReconciler(dependencies: ReconcilerDependencies): Reconciler {
  return {
    kind: 'cluster',
    reconcile: (key, scope) => runSteps(() => nextStep(key, { scope, dependencies })),
    async failed(key, problem, scope) {
      const view = await readCluster(scope.database, key);
      if (!view) return;
      const step = { ...view, scope, dependencies };
      if (view.cluster.state === 'DELETING') await failDeletion(step, problem);
      else if (view.cluster.state === 'UPGRADING') await failUpgrade(step, problem);
      else if (view.operation?.type === MIGRATE_CLUSTER) await failMigration(step, problem);
      else await failCluster(step, problem);
    },
  };
}

async function nextStep(
  key: string,
  { scope, dependencies }: { scope: ReconcileContext; dependencies: ReconcilerDependencies },
): Promise<StepOutcome> {
  await scope.faults.reach('cluster.started');
  const view = await readCluster(scope.database, key);
  if (!view) return done;
  const step: ClusterStep = { ...view, scope, dependencies };
  for (const take of BY_STATE[view.cluster.state] ?? []) {
    const outcome = await take(step);
    if (outcome !== undefined) return outcome;
  }
  return done;
}

/** Cancels a creation: the pools stop first, then the cluster becomes FAILED. */
async function cancelCreation(step: ClusterStep): Promise<StepOutcome | undefined> {
  if (!step.operation?.cancelRequestedAt) return undefined;
  if (poolsReconciled(step)) return completeCanceledCluster(step);
  const open = step.pools.filter((pool) => pool.observedGeneration < pool.generation).map(({ id }) => id);
  await inCluster(step, async (tx) => {
    await enqueueAll(tx, 'node-pool', open);
    return [];
  });
  return done;
}
