import {
  done,
  requeueAfter,
  type Failure,
  type ReconcileResult,
  TerminalError,
} from '../../../../engine/contract.js';
import {
  finishOperation,
  finishStage,
  type OperationEnd,
  startStage,
} from '../../../../engine/operations/operations.js';
import { setCancelable } from '../../../../engine/operations/operation-controls.js';
import { stagesOf } from '../../../../engine/operations/operation-row.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { ControlPlane } from '../../../../engine/providers/infrastructure-provider.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Problem } from '../../../../kernel/result.js';
import { inCluster, clusterEvent, until, type ClusterStep, type Step } from '../steps/cluster-step.js';
import { updateCluster } from '../../store/cluster.store.js';
import { controlPlaneRuns } from '../provisioning/create-control-plane.js';
import { poolsReconciled } from '../provisioning/complete-cluster.js';
import { componentFailures, upgradeComponents } from '../component/upgrade-components.js';
import type { Operation } from '../../store/reconcile.store.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { startRollback, rollBack } from './rollback.js';
import { precheckUpgrade } from './precheck.js';
import { upgradeInput, upgradePhase } from '../../store/upgrade-input.js';
import { controlsIn } from '../../model/upgrade.rules.js';
import { finishNodesStage, stageEnded, upgradeNodes } from './upgrade-nodes.js';
import { VERSION_SUPPORT } from '../../model/reconciler-kinds.js';
import { readLockedOperation } from '../../store/operation.store.js';

/**
 * Upgrades a cluster to the version of its operation: precheck, control plane, node pools in batches, components. It
 * can be cancelled until the control plane has the version. A pause takes effect between steps: a running step is
 * completed.
 */
export async function upgradeCluster(step: ClusterStep): Promise<StepOutcome> {
  if (!step.operation) return finishUpgrade(step);
  for (const take of STEPS) {
    const outcome = await take(step);
    if (outcome !== undefined) return outcome;
  }
  return finishUpgrade(step);
}

function targetOf({ operation }: ClusterStep): string {
  return operation ? upgradeInput(operation).version : '';
}

/** A failed upgrade ends after its temporary changes are rolled back. */
const rollBackUpgrade: Step = async (step) => {
  const { operation } = step;
  const { failing } = operation ? upgradeInput(operation) : {};
  if (!operation || !failing) return undefined;
  const outcome = await rollBack({ ...step, operation });
  return outcome ?? finishUpgrade(step, { state: 'FAILED', error: failing.problem });
};

/** A cancelled upgrade ends unless the control plane has been upgraded in the meantime. */
const cancelUpgrade: Step = async (step) => {
  const { cluster, operation, dependencies } = step;
  if (!operation?.cancelRequestedAt || stageEnded(operation, 'CONTROL_PLANE')) return undefined;
  if (stageOf(step, 'CONTROL_PLANE') === 'RUNNING') {
    const plane = await dependencies.provider.cancelControlPlaneUpgrade(cluster.id);
    if (plane.version === targetOf(step)) return undefined;
  }
  const error = {
    code: 'OPERATION_CANCELED',
    message: `The upgrade was cancelled; the cluster stays at ${cluster.version}.`,
  } as const;
  return finishUpgrade(step, { state: 'CANCELED', error });
};

const precheck: Step = async (step) => {
  const { operation, scope } = step;
  if (!operation || stageEnded(operation, 'PRECHECK')) return undefined;
  if (operation.pausedAt) return done;
  // A reconciled pool enqueues the cluster.
  if (!poolsReconciled(step)) return done;
  const { problem: error, warnings } = await precheckUpgrade(step, targetOf(step));
  if (error) return finishUpgrade(step, { state: 'FAILED', error });
  const risks = warnings.map(({ name, message }) => ` ${name}: ${message}`).join('');
  await inCluster(step, async (tx, at) => {
    await startStage(tx, operation.id, 'PRECHECK', at);
    await finishStage(tx, operation.id, 'PRECHECK', at);
    return [
      clusterEvent(
        step,
        'CLUSTER_UPGRADING',
        `The cluster ${step.cluster.name} is upgraded to ${targetOf(step)}.${risks}`,
        {
          level: risks === '' ? 'INFO' : 'WARNING',
          data: { warnings: warnings.map(({ name }) => name) },
        },
      ),
    ];
  });
  await scope.faults.reach('upgrade.prechecked');
  return 'again';
};

const startControlPlane: Step = async (step) => {
  const { cluster, operation, scope } = step;
  if (!operation || stageOf(step, 'CONTROL_PLANE') !== 'PENDING') return undefined;
  if (operation.pausedAt) return done;
  await inCluster(step, async (tx, at) => {
    await startStage(tx, operation.id, 'CONTROL_PLANE', at);
    // A retry after a failure of a later stage skips the control plane.
    if (cluster.version === targetOf(step)) await finishControlPlane(tx, operation, at);
    return [];
  });
  await scope.faults.reach('upgrade.control-plane-started');
  return 'again';
};

/** Code and message of an upgrade whose control plane has failed. */
function controlPlaneFailure({ failure }: ControlPlane): Problem {
  const reason = failure === undefined ? '.' : `: ${failure}`;
  return {
    code: 'SERVICE_UNAVAILABLE',
    message: `The control plane has failed while it was upgraded${reason}`,
  };
}

const upgradeControlPlane: Step = async (step) => {
  const { cluster, operation, scope, dependencies } = step;
  const version = targetOf(step);
  if (cluster.version === version || !operation) return undefined;
  const plane = await dependencies.provider.upgradeControlPlane(cluster.id, version);
  await scope.faults.reach('upgrade.control-plane-requested');
  if (plane.state === 'FAILED') throw new TerminalError(controlPlaneFailure(plane));
  if (plane.version !== version || plane.state !== 'RUNNING')
    return requeueAfter(until(plane.readyAt, scope.clock.now()));
  await inCluster(step, async (tx, at) => {
    await updateCluster(tx, cluster.id, { version, conditions: controlPlaneRuns(cluster, version, at) });
    await finishControlPlane(tx, operation, at);
    return [
      clusterEvent(step, 'CONTROL_PLANE_UPGRADED', `The control plane runs Kubernetes ${version}.`, {
        data: { version },
      }),
    ];
  });
  await scope.faults.reach('upgrade.control-plane-recorded');
  return 'again';
};

/** Ends the stage of the control plane; the upgrade can no longer be cancelled. */
async function finishControlPlane(tx: EventTransaction, { id }: Operation, at: Date): Promise<void> {
  await finishStage(tx, id, 'CONTROL_PLANE', at);
  const now = await readLockedOperation(tx, id);
  await setCancelable(tx, id, controlsIn(upgradePhase(now)).cancelable);
}

const STEPS: readonly Step[] = [
  rollBackUpgrade,
  cancelUpgrade,
  precheck,
  startControlPlane,
  upgradeControlPlane,
  upgradeNodes,
  finishNodesStage,
  upgradeComponents,
];

function stageOf({ operation }: ClusterStep, name: string): string | undefined {
  return operation ? stagesOf(operation).find((stage) => stage.name === name)?.state : undefined;
}

/** Starts the rollback of a failed upgrade; a second failure ends the operation. */
export async function failUpgrade(step: ClusterStep, error: Problem): Promise<void> {
  const { operation } = step;
  if (operation && !upgradeInput(operation).failing) await startRollback({ ...step, operation }, error);
  else await finishUpgrade(step, { state: 'FAILED', error });
}

interface End {
  readonly state: 'FAILED' | 'CANCELED';
  readonly error: Problem;
}

async function finishUpgrade(step: ClusterStep, end?: End): Promise<ReconcileResult> {
  const { cluster, operation, scope } = step;
  const failures = end ? [] : await componentFailures(step);
  await inCluster(step, async (tx, at) => {
    await updateCluster(tx, cluster.id, { state: 'RUNNING' });
    if (operation) {
      if (!end && failures.length === 0) await finishStage(tx, operation.id, 'COMPONENTS', at);
      await finishOperation(tx, operation.id, end ?? resultOf(failures), at);
      // The condition about the expired version must be updated.
      if (!end) await enqueue(tx, VERSION_SUPPORT, cluster.id);
    }
    return [
      clusterEvent(step, 'CLUSTER_RUNNING', `The cluster ${cluster.name} is running.`, {
        data: { from: cluster.state },
      }),
    ];
  });
  await scope.faults.reach('upgrade.finished');
  return done;
}

/** The cluster runs the version even if components failed: the upgrade is then PARTIAL. */
function resultOf(failures: readonly Failure[]): OperationEnd {
  const [first] = failures;
  if (!first) return { state: 'SUCCEEDED' };
  const texts = failures.map(({ message }) => message).join(' ');
  const message = `Components were not upgraded: ${texts} Fix that, then call restoreComponent for each.`;
  return { state: 'PARTIAL', failures, error: { code: first.code, message } };
}
