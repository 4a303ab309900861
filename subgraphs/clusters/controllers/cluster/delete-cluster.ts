import { deletionInput } from '../../store/operation-input.js';
import { deleteClusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import { done, type ReconcileResult, requeueAfter } from '../../../../engine/contract.js';
import { Finalizers } from '../../../../engine/jobs/finalizers.js';
import { adjustUsage, deleteScope } from '../../../../engine/ledger/ledger.js';
import { finishOperation, finishStage, startStage } from '../../../../engine/operations/operations.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Problem } from '../../../../kernel/result.js';
import { removeClaimsOf } from '../../store/cloud-resource-claim.store.js';
import { deleteMasters } from '../../changes/masters.js';
import { deleteClusterNetwork } from '../../changes/delete-cluster-network.js';
import { inCluster, clusterEvent, type ClusterStep } from '../steps/cluster-step.js';
import { updateCluster, readLockedCluster } from '../../store/cluster.store.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { setPoolsDeleting } from '../../store/node-pool.store.js';

const POLL_MS = 500;

/** Stage of the deletion that each finalizer ends, and the stage that follows. */
const STAGES: Readonly<Record<string, { readonly ends: string; readonly begins?: string }>> = {
  'node-pools': { ends: 'NODE_POOLS', begins: 'CONTROL_PLANE' },
  cloud: { ends: 'CONTROL_PLANE', begins: 'RELEASE' },
  ledger: { ends: 'RELEASE' },
};

const finalizers = new Finalizers<ClusterStep>(
  [
    { name: 'node-pools', finalize: deletePools },
    {
      name: 'cloud',
      finalize: async ({ cluster, dependencies, scope }) => {
        const deleted = await dependencies.provider.deleteCluster(cluster.id);
        await scope.faults.reach('cluster.cloud-removed');
        return deleted;
      },
      release: async (tx, { cluster }) => {
        await deleteClusterAccess(tx, cluster.id);
        await deleteMasters(tx, cluster);
      },
    },
    { name: 'ledger', release: releaseCluster },
  ],
  (step, name, releaseIn) =>
    inCluster(step, async (tx, at) => {
      const { finalizers: names } = await readLockedCluster(tx, step.cluster.id);
      if (!names.includes(name)) return [];
      await releaseIn(tx);
      await updateCluster(tx, step.cluster.id, { finalizers: names.filter((other) => other !== name) });
      await transitionStage(tx, { step, name, at });
      return [];
    }),
);

async function transitionStage(
  tx: EventTransaction,
  { step, name, at }: { readonly step: ClusterStep; readonly name: string; readonly at: Date },
): Promise<void> {
  const stage = STAGES[name];
  if (!stage || !step.operation) return;
  await finishStage(tx, step.operation.id, stage.ends, at);
  if (stage.begins !== undefined) await startStage(tx, step.operation.id, stage.begins, at);
}

/** Starts the deletion of every pool; true if no pool is left. A deleted pool enqueues the cluster. */
async function deletePools(step: ClusterStep): Promise<boolean> {
  const { pools, cluster, operation, scope } = step;
  const living = pools.filter(({ state }) => state !== 'DELETING').map(({ id }) => id);
  if (living.length > 0) {
    await inCluster(step, async (tx, at) => {
      await setPoolsDeleting(tx, living, cluster.operationId);
      await enqueueAll(tx, 'node-pool', living);
      if (operation) await startStage(tx, operation.id, 'NODE_POOLS', at);
      return [clusterEvent(step, 'CLUSTER_DELETING', `The cluster ${cluster.name} is being deleted.`)];
    });
  }
  if (pools.length === 0) await scope.faults.reach('cluster.pools-removed');
  return pools.length === 0;
}

/**
 * Locks rows in the order of createCluster (default VPC, its usage, disks, clusters, load balancers) to avoid a
 * deadlock between a creation and a deletion.
 */
async function releaseCluster(tx: EventTransaction, { cluster, operation }: ClusterStep): Promise<void> {
  const { account, product } = cluster;
  const retain = (operation && deletionInput(operation).retain) ?? [];
  const { keepsLoadBalancer } = await deleteClusterNetwork(tx, {
    clusterId: cluster.id,
    retain,
  });
  // A registered cluster has no load balancer of the platform and no `cloud` finalizer.
  const loadBalancers = product === 'REGISTERED' || keepsLoadBalancer ? 0 : 1;
  await removeClaimsOf(tx, cluster.id, 'DISKS');
  await adjustUsage(tx, account, [
    { resource: `${product}/clustersPerAccount`, scope: '', amount: -1 },
    { resource: 'load-balancers', scope: '', amount: -loadBalancers },
  ]);
  await removeClaimsOf(tx, cluster.id, 'LOAD_BALANCERS');
  await deleteScope(tx, account, cluster.id);
}

/** Deletes a cluster and its resources; the row remains, with the state DELETED. */
export async function deleteCluster(step: ClusterStep): Promise<StepOutcome> {
  const { cluster, operation, pools, scope } = step;
  const finished = await finalizers.run(step, cluster.finalizers, scope);
  if (!finished) return pools.length > 0 ? done : requeueAfter(POLL_MS);
  await inCluster(step, async (tx, at) => {
    await updateCluster(tx, cluster.id, { state: 'DELETED', deletedAt: at });
    if (operation) await finishOperation(tx, operation.id, { state: 'SUCCEEDED' }, at);
    return [clusterEvent(step, 'CLUSTER_DELETED', `The cluster ${cluster.name} is deleted.`)];
  });
  await scope.faults.reach('cluster.removal-recorded');
  return done;
}

/** Sets DELETE_FAILED; the next deleteCluster continues the deletion. */
export async function failDeletion(step: ClusterStep, error: Problem): Promise<ReconcileResult> {
  const { cluster, operation } = step;
  const { message } = error;
  await inCluster(step, async (tx, at) => {
    await updateCluster(tx, cluster.id, { state: 'DELETE_FAILED' });
    if (operation) await finishOperation(tx, operation.id, { state: 'FAILED', error }, at);
    const text = `The cluster ${cluster.name} could not be deleted: ${message}`;
    return [
      clusterEvent(step, 'CLUSTER_DELETE_FAILED', text, { level: 'ERROR', data: { code: error.code } }),
    ];
  });
  return done;
}
