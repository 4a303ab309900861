import {
  type ClusterAccess,
  clusterAccess,
  putClusterAccess,
} from '../../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import { requeueAfter } from '../../../../engine/contract.js';
import { advanceStage, startStage } from '../../../../engine/operations/operations.js';
import { CLUSTER_ACCESS } from '../access/cluster-access.reconciler.js';
import { enqueue, enqueueAll } from '../../../../engine/jobs/queue.js';
import type { ControlPlane } from '../../../../engine/providers/infrastructure-provider.js';
import { inCluster, clusterEvent, until, type ClusterStep, type Step } from '../steps/cluster-step.js';
import { updateCluster } from '../../store/cluster.store.js';
import { planPreinstalled } from '../component/preinstalled-components.js';
import { kindOfRow } from '../../model/kind-of-row.js';
import { mastersOf } from '../../store/node.store.js';
import { isServerless } from '../../model/product.rules.js';
import { issueAccess } from './platform-access.js';
import { networkOf } from '../../store/network-request.js';
import { controlPlaneLimits } from './control-plane-limits.js';
import { failCluster } from './complete-cluster.js';
import { serverVersion } from '../../inspection/server-version.js';
import { isConditionTrue, withCondition } from '../../model/conditions.js';

const CONTROL_PLANE_READY = 'ControlPlaneReady';
const KUBERNETES_API_READY = 'KubernetesApiReady';

const FAILURE = { code: 'SERVICE_UNAVAILABLE', message: 'The control plane could not be made.' } as const;

/** Requests the control plane from the provider and waits until it runs. */
export const createControlPlane: Step = async (step) => {
  const { cluster, operation, scope, dependencies } = step;
  if (isConditionTrue(cluster, CONTROL_PLANE_READY)) return undefined;
  const { account, regionId, zoneIds, version, id: clusterId } = cluster;
  if (operation?.state === 'PENDING') {
    await inCluster(step, async (tx, at) => {
      await startStage(tx, operation.id, 'CONTROL_PLANE', at);
      return [
        clusterEvent(
          step,
          'CLUSTER_PROVISIONING',
          `The control plane of ${cluster.name} is being made in ${regionId}.`,
        ),
      ];
    });
  }
  const controlPlane = await dependencies.provider.ensureControlPlane({
    clusterId,
    account,
    regionId,
    zoneIds,
    version,
    ...(await shapeOf(step)),
  });
  await scope.faults.reach('cluster.control-plane-requested');
  if (controlPlane.state === 'FAILED') return failCluster(step, FAILURE);
  if (controlPlane.state !== 'RUNNING') return requeueAfter(until(controlPlane.readyAt, scope.clock.now()));
  await recordControlPlane(step, controlPlane);
  await scope.faults.reach('cluster.control-plane-recorded');
  return 'again';
};

/** Parameters of the control plane that depend on the kind of cluster. */
async function shapeOf({ cluster, scope }: ClusterStep) {
  const { masters, spec } = kindOfRow(cluster);
  const rows = masters > 0 ? await mastersOf(scope.database, cluster.id) : [];
  const masterNodes = rows.map(({ id, name, instanceType }) => ({ id, name, instanceTypes: [instanceType] }));
  return {
    masters,
    ...(masters > 0 && { masterNodes }),
    ...(isServerless(cluster.product) && { serverless: true }),
    ...(spec && { edition: spec }),
    ...(await networkOf(scope.database, cluster.id)),
    ...(await controlPlaneLimits(scope.database, cluster)),
  };
}

async function recordControlPlane(step: ClusterStep, { version, server }: ControlPlane): Promise<void> {
  const { cluster, operation } = step;
  await inCluster(step, async (tx, at) => {
    const message = `The control plane runs Kubernetes ${version}.`;
    await updateCluster(tx, cluster.id, { conditions: controlPlaneRuns(cluster, version, at), version });
    await enqueue(tx, 'control-plane', cluster.id);
    if (operation) await advanceStage(tx, operation.id, { from: 'CONTROL_PLANE', to: 'KUBERNETES_API' }, at);
    return [clusterEvent(step, 'CONTROL_PLANE_READY', message, { data: { version, server } })];
  });
}

/** The cluster's conditions with ControlPlaneReady for this version. */
export function controlPlaneRuns(cluster: ClusterStep['cluster'], version: string, at: Date) {
  const message = `The control plane runs Kubernetes ${version}.`;
  return withCondition(
    cluster,
    { type: CONTROL_PLANE_READY, status: 'True', reason: 'Running', message },
    at,
  );
}

/** Issues the platform's credentials, checks that the API is available, and enqueues the node pools. */
export const openKubernetesApi: Step = async (step) => {
  const { cluster, operation, pools, scope, dependencies } = step;
  if (isConditionTrue(cluster, KUBERNETES_API_READY)) return undefined;
  const access = await ensureAccess(step);
  // Throws while the API is unavailable; the engine retries with back-off.
  const server = dependencies.kubernetes.of(access);
  const version = await serverVersion(
    new KubernetesClient(server, { clusterId: cluster.id, signal: scope.signal }),
  );
  await inCluster(step, async (tx, at) => {
    const message = `The Kubernetes API answers (${version}).`;
    const conditions = withCondition(
      cluster,
      // The message omits the version, because an upgrade changes it.
      {
        type: KUBERNETES_API_READY,
        status: 'True',
        reason: 'Reachable',
        message: 'The Kubernetes API answers.',
      },
      at,
    );
    await updateCluster(tx, cluster.id, { conditions });
    await planPreinstalled(tx, cluster, at);
    await enqueue(tx, CLUSTER_ACCESS, cluster.id);
    await enqueueAll(
      tx,
      'node-pool',
      pools.map(({ id }) => id),
    );
    if (operation) await advanceStage(tx, operation.id, { from: 'KUBERNETES_API', to: 'NODE_POOLS' }, at);
    return [clusterEvent(step, 'KUBERNETES_API_READY', message)];
  });
  await scope.faults.reach('cluster.api-recorded');
  return 'again';
};

async function ensureAccess({ cluster, scope, dependencies }: ClusterStep): Promise<ClusterAccess> {
  const storedAccess = (await clusterAccess(scope.database, null, [cluster.id])).get(cluster.id);
  if (storedAccess) return storedAccess;
  const access = await issueAccess({ provider: dependencies.provider, clock: scope.clock }, cluster);
  await scope.faults.reach('cluster.credentials-made');
  await putClusterAccess(scope.database, access);
  await scope.faults.reach('cluster.access-recorded');
  return access;
}
