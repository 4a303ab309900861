import { done, requeueAfter, type ReconcileResult } from '../../../../engine/contract.js';
import {
  finishOperation,
  finishStage,
  advanceStage,
  startStage,
} from '../../../../engine/operations/operations.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import { type Problem, ProblemError } from '../../../../kernel/result.js';
import { inCluster, clusterEvent, until, type ClusterStep, type Step } from '../steps/cluster-step.js';
import { updateCluster } from '../../store/cluster.store.js';
import { moveQuotas } from '../../changes/migration-quotas.js';
import { MIGRATE_CLUSTER } from '../../model/migration.rules.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { serverVersion } from '../../inspection/server-version.js';
import { supersedePools } from '../../store/node-pool.store.js';

/**
 * Migrates a cluster to the Pro edition: runs the checks, migrates the control plane, then switches product, edition,
 * quotas and billing in one transaction.
 */
export const migrateCluster: Step = async (step) => {
  if (step.operation?.type !== MIGRATE_CLUSTER) return undefined;
  for (const take of [checkMigration, moveControlPlane]) {
    const outcome = await take(step);
    if (outcome !== undefined) return outcome;
  }
  return switchProduct(step);
};

const checkMigration: Step = async (step) => {
  const { cluster, operation, scope, dependencies } = step;
  if (operation?.state !== 'PENDING') return undefined;
  const client = await clientOf(cluster.id, { scope, kubernetes: dependencies.kubernetes });
  if (!client) return failMigration(step, unreachable(cluster.name));
  // Throws while the API is unavailable; the engine retries with back-off.
  const version = await serverVersion(client);
  await inCluster(step, async (tx, at) => {
    await startStage(tx, operation.id, 'PRECHECK', at);
    const message = `The Kubernetes API answers (${version}).`;
    await advanceStage(tx, operation.id, { from: 'PRECHECK', to: 'CONTROL_PLANE', message }, at);
    return [clusterEvent(step, 'CLUSTER_MIGRATING', `The cluster ${cluster.name} becomes ACK Pro.`)];
  });
  return 'again';
};

function unreachable(name: string): Problem {
  return { code: 'KUBERNETES_UNAVAILABLE', message: `The Kubernetes API of ${name} is not known.` };
}

const moveControlPlane: Step = async ({ cluster, scope, dependencies }) => {
  const plane = await dependencies.provider.migrateControlPlane(cluster.id, 'PRO');
  await scope.faults.reach('cluster.edition-requested');
  if (plane.edition === 'PRO' && plane.state === 'RUNNING') return undefined;
  return requeueAfter(until(plane.readyAt, scope.clock.now()));
};

async function switchProduct(step: ClusterStep): Promise<ReconcileResult> {
  try {
    await inCluster(step, (tx, at) => recordSwitch(step, tx, at));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    // A concurrent request took the last unit of the quota.
    const [problem] = error.problems;
    return failMigration(step, problem ?? { code: 'QUOTA_EXCEEDED', message: error.message });
  }
  await step.scope.faults.reach('cluster.migrated');
  return done;
}

async function recordSwitch(step: ClusterStep, tx: EventTransaction, at: Date) {
  const { cluster, operation } = step;
  await moveQuotas(tx, cluster);
  await updateCluster(tx, cluster.id, { product: 'ACK_PRO', spec: 'PRO', state: 'RUNNING' });
  // A concurrent change that read the pools with the former product must read them again before it counts quotas.
  await supersedePools(tx, cluster.id);
  if (operation) {
    await advanceStage(tx, operation.id, { from: 'CONTROL_PLANE', to: 'SWITCH' }, at);
    await finishStage(tx, operation.id, 'SWITCH', at);
    await finishOperation(tx, operation.id, { state: 'SUCCEEDED' }, at);
  }
  const from = { product: cluster.product, spec: cluster.spec };
  return [
    clusterEvent(step, 'CLUSTER_MIGRATED', `The cluster ${cluster.name} is ACK Pro.`, {
      data: { from, product: 'ACK_PRO' },
    }),
    clusterEvent(step, 'BILLING_STARTED', `The management fee of ${cluster.name} is billed from now on.`, {
      data: { item: 'CLUSTER_MANAGEMENT', product: 'ACK_PRO', from: at.toISOString() },
    }),
  ];
}

/** The migration failed: migrates the control plane back; the cluster keeps its product. */
export async function failMigration(step: ClusterStep, error: Problem): Promise<ReconcileResult> {
  const { cluster, operation, dependencies } = step;
  await dependencies.provider.migrateControlPlane(cluster.id, 'STANDARD');
  await inCluster(step, async (tx, at) => {
    await updateCluster(tx, cluster.id, { state: 'RUNNING' });
    if (operation) await finishOperation(tx, operation.id, { state: 'FAILED', error }, at);
    const text = `The cluster ${cluster.name} was not migrated: ${error.message}`;
    return [
      clusterEvent(step, 'CLUSTER_MIGRATION_FAILED', text, { level: 'ERROR', data: { code: error.code } }),
    ];
  });
  return done;
}
