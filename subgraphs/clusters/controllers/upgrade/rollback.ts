import { requeueAfter } from '../../../../engine/contract.js';
import type { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import { KubernetesUnavailable } from '../../../../engine/kubernetes/kubernetes-error.js';
import { changeOperation } from '../../../../engine/operations/operation-row.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Problem } from '../../../../kernel/result.js';
import { inCluster, clusterEvent, type ClusterStep } from '../steps/cluster-step.js';
import type { Operation } from '../../store/reconcile.store.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { restoreReplicas } from './drain-pods.js';
import { type KubernetesNode, upgradeMarkOf, uncordon } from '../../inspection/node-cordon.js';
import { reconcileSurge } from './pool-surge.js';
import { updateUpgradeInput, upgradeInput } from '../../store/upgrade-input.js';
import { stageEnded } from './upgrade-nodes.js';
import { NODES_PATH } from '../../inspection/kubernetes-nodes.js';

type UpgradeStep = ClusterStep & { readonly operation: Operation };

const POLL_MS = 300;
/** Milliseconds of an unavailable Kubernetes API after which the rollback ends without cleaning up in the cluster. */
const ROLLBACK_TIMEOUT_MS = 10 * 60_000;

/** Records that the upgrade failed and enqueues the cluster for its rollback. */
export async function startRollback(step: UpgradeStep, problem: Problem): Promise<void> {
  const { cluster, operation } = step;
  await inCluster(step, async (tx, at) => {
    await updateUpgradeInput(tx, operation.id, { failing: { problem, since: at.toISOString() } });
    // The rollback can be neither paused nor cancelled.
    await changeOperation(tx, operation.id, { cancelable: false, pausable: false, pausedAt: null });
    await enqueue(tx, 'cluster', cluster.id);
    const text = `The upgrade failed: ${problem.message} The changes made for the upgrade are rolled back.`;
    return [
      clusterEvent(step, 'UPGRADE_ROLLING_BACK', text, { level: 'WARNING', data: { code: problem.code } }),
    ];
  });
}

/**
 * Rolls back temporary changes of an upgrade: cancels the upgrade of the control plane, uncordons nodes, restores the
 * replicas of workloads and removes surge nodes of pools. undefined once all are rolled back.
 */
export async function rollBack(step: UpgradeStep): Promise<StepOutcome | undefined> {
  const { cluster, operation, scope, dependencies } = step;
  const { version, failing } = upgradeInput(operation);
  // The control plane then runs its former version; nodes have not been changed yet.
  if (!stageEnded(operation, 'CONTROL_PLANE'))
    await dependencies.provider.cancelControlPlaneUpgrade(cluster.id);
  const client = await clientOf(cluster.id, { scope, kubernetes: dependencies.kubernetes });
  const since = Date.parse(failing?.since ?? '');
  try {
    if (client && !(await removeUpgradeMarks(step, client))) return requeueAfter(POLL_MS);
  } catch (error) {
    const patient = scope.clock.now().getTime() - since < ROLLBACK_TIMEOUT_MS;
    if (!(error instanceof KubernetesUnavailable) || patient) throw error;
    scope.log.warn(
      { err: error, clusterId: cluster.id },
      'a failed upgrade could not clean up in its cluster',
    );
  }
  return reconcileSurge({ ...step, version, client, nodes: [] }, []);
}

/** True if no node or workload carries a mark of the upgrade. */
async function removeUpgradeMarks(
  { operation, scope }: UpgradeStep,
  client: KubernetesClient,
): Promise<boolean> {
  for await (const nodes of client.chunks<KubernetesNode>(NODES_PATH)) {
    for (const node of nodes) {
      const mark = upgradeMarkOf(node, operation.id);
      if (mark) await uncordon(client, node, mark);
    }
  }
  return restoreReplicas({ client, operation: operation.id, scope }, new Set());
}
