import { done, requeueAfter, type Outcome } from '../../../engine/contract.js';
import { finishOperation, finishStage, setProgress, startStage } from '../../../engine/operations.js';
import type { Instance } from '../../../engine/providers/infrastructure-provider.js';
import type { Problem } from '../../../kernel/result.js';
import type { Node } from '../reconcile/reconcile.store.js';
import { inCluster, say, setCluster, until, type ClusterStep, type Step } from '../cluster/cluster.steps.js';
import type { StepOutcome } from '../node-pool/node-pool.steps.js';
import { poolsSettled } from '../cluster/settling-cluster.js';
import { eventOf } from '../reconcile/reconcile-events.js';

/** Nodes upgraded at the same time: a tenth, from 1 to 20. */
export function upgradeBatch(nodes: number): number {
  return Math.min(20, Math.max(1, Math.ceil(nodes / 10)));
}

/** Brings the control plane, then the nodes in batches, to the version that the operation names. */
export async function upgradeCluster(step: ClusterStep): Promise<StepOutcome> {
  const { operation } = step;
  if (!operation) return backToRunning(step);
  for (const take of [checkUpgrade, upgradeControlPlane, upgradeNodes]) {
    const outcome = await take(step);
    if (outcome !== undefined) return outcome;
  }
  return backToRunning(step);
}

function targetOf({ operation }: ClusterStep): string {
  return (operation?.input as { version: string }).version;
}

const checkUpgrade: Step = async (step) => {
  const { operation } = step;
  if (operation?.state !== 'PENDING') return undefined;
  // A pool that settles wakes the cluster again.
  if (!poolsSettled(step)) return done;
  await inCluster(step, async (tx, at) => {
    await startStage(tx, operation.id, 'PRECHECK', at);
    await finishStage(tx, operation.id, 'PRECHECK', at);
    await startStage(tx, operation.id, 'CONTROL_PLANE', at);
    return [
      say(step, 'CLUSTER_UPGRADING', `The cluster ${step.cluster.name} is upgraded to ${targetOf(step)}.`),
    ];
  });
  return 'again';
};

const upgradeControlPlane: Step = async (step) => {
  const { cluster, operation, scope, means } = step;
  const version = targetOf(step);
  if (cluster.version === version || !operation) return undefined;
  const plane = await means.provider.upgradeControlPlane(cluster.id, version);
  if (plane.version !== version || plane.state !== 'RUNNING')
    return requeueAfter(until(plane.readyAt, scope.clock.now()));
  await inCluster(step, async (tx, at) => {
    await setCluster(tx, cluster.id, { version });
    await finishStage(tx, operation.id, 'CONTROL_PLANE', at);
    await startStage(tx, operation.id, 'NODES', at);
    return [
      say(step, 'CONTROL_PLANE_UPGRADED', `The control plane runs Kubernetes ${version}.`, {
        data: { version },
      }),
    ];
  });
  return 'again';
};

const upgradeNodes: Step = async (step) => {
  const { cluster, scope, means } = step;
  const version = targetOf(step);
  const nodes = await scope.database.node.findMany({
    where: { clusterId: cluster.id, state: 'running' },
    orderBy: { id: 'asc' },
  });
  const old = nodes.filter((node) => node.version !== version);
  if (old.length === 0) return undefined;
  const batch = old.slice(0, upgradeBatch(nodes.length));
  const instances = await Promise.all(
    batch.map(({ id }) => means.provider.upgradeInstance(cluster.id, id, version)),
  );
  const finished = batch.filter((_, index) => isAt(instances[index], version));
  if (finished.length > 0)
    await recordNodes(step, { finished, version, total: nodes.length, left: old.length });
  if (finished.length === batch.length) return 'again';
  const times = instances.filter((one) => !isAt(one, version)).map(({ readyAt }) => readyAt.getTime());
  return requeueAfter(until(new Date(Math.min(...times)), scope.clock.now()));
};

function isAt(instance: Instance | undefined, version: string): boolean {
  return instance?.state === 'RUNNING' && instance.version === version;
}

interface Finished {
  readonly finished: readonly Node[];
  readonly version: string;
  readonly total: number;
  readonly left: number;
}

async function recordNodes(step: ClusterStep, { finished, version, total, left }: Finished): Promise<void> {
  const { cluster, operation } = step;
  await inCluster(step, async (tx) => {
    await tx.node.updateMany({ where: { id: { in: finished.map(({ id }) => id) } }, data: { version } });
    const share = (total - left + finished.length) / total;
    // Two of the three stages are done; the nodes are the rest.
    if (operation) await setProgress(tx, operation.id, { progress: (2 + share) / 3 });
    return finished.map(({ id, name, nodePoolId }) =>
      eventOf(
        { cluster, operationId: operation?.id, ...(nodePoolId !== null && { pool: { id: nodePoolId } }) },
        'NODE_UPGRADED',
        `The node ${name} runs Kubernetes ${version}.`,
        { data: { nodeId: id, name, version } },
      ),
    );
  });
}

/** The upgrade cannot be done: the cluster runs on as it is. */
export async function failUpgrade(step: ClusterStep, error: Problem): Promise<void> {
  await backToRunning(step, error);
}

async function backToRunning(step: ClusterStep, error?: Problem): Promise<Outcome> {
  const { cluster, operation } = step;
  await inCluster(step, async (tx, at) => {
    await setCluster(tx, cluster.id, { state: 'RUNNING' });
    if (operation) {
      if (!error) await finishStage(tx, operation.id, 'NODES', at);
      await finishOperation(
        tx,
        operation.id,
        error ? { state: 'FAILED', error } : { state: 'SUCCEEDED' },
        at,
      );
    }
    return [
      say(step, 'CLUSTER_RUNNING', `The cluster ${cluster.name} is running.`, {
        data: { from: cluster.state },
      }),
    ];
  });
  return done;
}
