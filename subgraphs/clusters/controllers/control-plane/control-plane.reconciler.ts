import {
  done,
  requeueAfter,
  type NewEvent,
  type ReconcileResult,
  type Reconciler,
  type ReconcileContext,
  type Schedule,
} from '../../../../engine/contract.js';
import type {
  ControlPlane,
  ControlPlaneIncident,
} from '../../../../engine/providers/infrastructure-provider.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { updateCluster, readLockedCluster } from '../../store/cluster.store.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { withCondition } from '../../model/conditions.js';
import { changeCluster, type Cluster, readCluster } from '../../store/reconcile.store.js';
import { unlessSuperseded } from '../steps/run-steps.js';
import * as store from '../../store/control-plane.store.js';
import { failedReplicas, unavailabilityReason } from '../../model/control-plane.rules.js';
import { endIncidents, diffIncidents, saveIncidents } from '../../store/incident.store.js';
import { incidentEvents } from './incident-events.js';
import { canTransition } from '../../model/cluster-states.js';
import { pagesById } from '../steps/pages-by-id.js';
import type { ClusterState } from '../../model/cluster.enums.js';

/** Milliseconds after which an unhealthy control plane is checked again. */
const POLL_MS = 5_000;
const BATCH = 500;
const HEALTHY = 'ControlPlaneHealthy';
const AVAILABLE = 'ApiServerAvailable';
const GONE = ['DELETING', 'DELETED'];

/**
 * Records the control plane as the provider reports it: replicas, incidents, and whether the cluster is UNAVAILABLE.
 * The cluster returns to its former state when its API is available again.
 */
export function createControlPlaneReconciler({
  provider,
}: Pick<ReconcilerDependencies, 'provider'>): Reconciler {
  return {
    kind: 'control-plane',
    async reconcile(key, scope) {
      const view = await readCluster(scope.database, key);
      if (!view || GONE.includes(view.cluster.state)) return deleteObservation(key, scope);
      const plane = await provider.controlPlane(key);
      if (!plane || plane.state === 'CREATING') return done;
      return pollControlPlane({ cluster: view.cluster, plane, pools: view.pools.map(({ id }) => id), scope });
    },
  };
}

async function deleteObservation(
  key: string,
  { database, clock }: ReconcileContext,
): Promise<ReconcileResult> {
  await database.$transaction((tx) => store.deleteControlPlane(tx, key, clock.now()));
  return done;
}

interface ControlPlanePoll {
  readonly cluster: Cluster;
  readonly plane: ControlPlane;
  readonly pools: readonly string[];
  readonly scope: ReconcileContext;
}

async function pollControlPlane(poll: ControlPlanePoll): Promise<ReconcileResult> {
  const { cluster, plane, scope } = poll;
  const recorded = (
    await new store.ControlPlaneStore(scope.database).ofClusters(cluster.account, [cluster.id])
  ).get(cluster.id);
  const later = lastingIncident(plane) ? requeueAfter(POLL_MS) : done;
  const { begun, ended } = await diffIncidents(scope.database, cluster.id, plane.incidents);
  const settled = (cluster.state === 'UNAVAILABLE') === !plane.available || !isWorking(cluster);
  const same = recorded && settled && sameAs(recorded, plane) && begun.length + ended.length === 0;
  if (same) return later;
  return unlessSuperseded(async () => {
    await changeCluster(scope, cluster, (tx, at) => record(tx, { ...poll, at }));
    return later;
  });
}

function lastingIncident({ incidents }: ControlPlane): ControlPlaneIncident | undefined {
  return incidents.find(({ endedAt }) => endedAt === null);
}

function sameAs(recorded: store.ControlPlaneRow, { available, replicas }: ControlPlane): boolean {
  const marks = (list: readonly { id: string; healthy: boolean; zoneId: string }[]) =>
    list.map(({ id, healthy, zoneId }) => `${id} ${zoneId} ${healthy}`).join();
  return recorded.available === available && marks(store.replicasOf(recorded)) === marks(replicas);
}

async function record(tx: Transaction, poll: ControlPlanePoll & { readonly at: Date }): Promise<NewEvent[]> {
  const { cluster, plane, at } = poll;
  const before = await store.findControlPlane(tx, cluster.id);
  const turn = stateChange(cluster, plane, before?.previousState ?? null);
  const { available, replicas } = plane;
  const { id: clusterId, account } = cluster;
  await store.saveControlPlane(
    tx,
    { clusterId, account, available, replicas, previousState: turn.previousState },
    at,
  );
  const news = await diffIncidents(tx, cluster.id, plane.incidents);
  await saveIncidents(tx, cluster, news);
  // Incidents that the provider no longer reports have ended.
  await endIncidents(tx, cluster.id, { at, butFor: plane.incidents.map(({ id }) => id) });
  // Replicas may fail or recover during an incident.
  const isNews = news.begun.length + news.ended.length > 0 || turn.state !== cluster.state;
  if (isNews || (before && !sameAs(before, plane))) {
    const row = await readLockedCluster(tx, cluster.id);
    await updateCluster(tx, cluster.id, { state: turn.state, conditions: withHealth(row, plane, at) });
  }
  if (cluster.state === 'UNAVAILABLE' && turn.state !== 'UNAVAILABLE') {
    // Interrupted changes continue.
    await enqueueAll(tx, 'cluster', [cluster.id]);
    await enqueueAll(tx, 'node-pool', poll.pools);
  }
  return incidentEvents(cluster, news, plane);
}

/** Whether an unavailable API makes the cluster UNAVAILABLE in its current state. */
function isWorking({ state }: Cluster): boolean {
  return canTransition(state, 'UNAVAILABLE');
}

/** Returns the next state, given whether the API is available. */
function stateChange(
  cluster: Cluster,
  { available }: ControlPlane,
  previousState: ClusterState | null,
): { readonly state: ClusterState; readonly previousState: ClusterState | null } {
  if (available && cluster.state === 'UNAVAILABLE')
    return { state: previousState ?? 'RUNNING', previousState: null };
  if (!available && isWorking(cluster)) return { state: 'UNAVAILABLE', previousState: cluster.state };
  return { state: cluster.state, previousState };
}

function withHealth(cluster: Cluster, plane: ControlPlane, at: Date) {
  const incident = lastingIncident(plane);
  const effect = unavailabilityReason(plane.replicas);
  const cause = incident
    ? `${[presentCause(incident, plane), ...(effect ? [effect] : [])].join(': ')}.`
    : 'Every replica works.';
  const conditions = withCondition(
    cluster,
    {
      type: HEALTHY,
      status: incident ? 'False' : 'True',
      reason: incident ? (incident.kind === 'COMPONENT_DOWN' ? 'ComponentDown' : 'ReplicasDown') : 'Healthy',
      message: cause,
    },
    at,
  );
  const message = plane.available
    ? 'The Kubernetes API answers.'
    : `The Kubernetes API does not answer: ${cause}`;
  const available = {
    type: AVAILABLE,
    status: plane.available ? 'True' : 'False',
    reason: plane.available ? 'Answering' : 'ControlPlaneDown',
    message,
  } as const;
  return withCondition({ conditions: conditions as Cluster['conditions'] }, available, at);
}

/** Returns the failed replicas; without any, the initial cause of the incident. */
function presentCause({ kind, cause }: ControlPlaneIncident, { replicas }: ControlPlane): string {
  const failed = kind === 'API_UNAVAILABLE' ? undefined : failedReplicas(replicas);
  return failed ?? cause;
}

/** Enqueues every control plane once a minute. */
export function controlPlaneSchedule(): Schedule {
  return {
    name: 'check-control-planes',
    cron: '* * * * *',
    async run({ database, signal }) {
      const planes = store.clustersWithControlPlane(database, BATCH);
      for await (const rows of pagesById(planes, signal)) await enqueueAll(database, 'control-plane', rows);
    },
  };
}
