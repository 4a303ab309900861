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

type UpgradeStep = ClusterStep & { readonly operation: Operation };

const POLL_MS = 300;
/** How long a Kubernetes API that does not answer is asked before the upgrade ends without having cleaned up in it. */
const ROLLBACK_TIMEOUT_MS = 10 * 60_000;

/** Notes that the upgrade cannot be done, and has the cluster's reconciler take back what it has changed. */
export async function startRollback(step: UpgradeStep, problem: Problem): Promise<void> {
  const { cluster, operation } = step;
  await inCluster(step, async (tx, at) => {
    await updateUpgradeInput(tx, operation.id, { failing: { problem, since: at.toISOString() } });
    // It completes without another call, and can no longer be cancelled.
    await changeOperation(tx, operation.id, { cancelable: false, pausable: false, pausedAt: null });
    await enqueue(tx, 'cluster', cluster.id);
    const text = `The upgrade failed: ${problem.message} The changes made for the upgrade are rolled back.`;
    return [
      clusterEvent(step, 'UPGRADE_ROLLING_BACK', text, { level: 'WARNING', data: { code: problem.code } }),
    ];
  });
}

/**
 * Takes back what an upgrade has changed for its own sake: a control plane that did not get there keeps its version,
 * nodes take pods again, workloads have the replicas that they had, pools give additional nodes back. undefined when all
 * is.
 */
export async function rollBack(step: UpgradeStep): Promise<StepOutcome | undefined> {
  const { cluster, operation, scope, dependencies } = step;
  const { version, failing } = upgradeInput(operation);
  // Its API answers again with the version that it had; nodes have not been touched then.
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

/** True when nothing in the cluster bears the mark of the upgrade any more. */
async function removeUpgradeMarks(
  { operation, scope }: UpgradeStep,
  client: KubernetesClient,
): Promise<boolean> {
  for await (const nodes of client.chunks<KubernetesNode>('/api/v1/nodes')) {
    for (const node of nodes) {
      const mark = upgradeMarkOf(node, operation.id);
      if (mark) await uncordon(client, node, mark);
    }
  }
  return restoreReplicas({ client, operation: operation.id, scope }, new Set());
}
