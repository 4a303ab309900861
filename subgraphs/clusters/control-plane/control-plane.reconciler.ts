import {
  done,
  requeueAfter,
  type NewEvent,
  type Outcome,
  type Reconciler,
  type ReconcileScope,
  type Schedule,
} from '../../../engine/contract.js';
import type { ControlPlane } from '../../../engine/providers/infrastructure-provider.js';
import { enqueueAll } from '../../../engine/queue.js';
import type { Transaction } from '../../../kernel/database.js';
import { newId } from '../../../kernel/ids.js';
import { updateCluster } from '../cluster/cluster.store.js';
import type { Means } from '../node-pool/node-pool.steps.js';
import { withCondition } from '../reconcile/conditions.js';
import { eventOf } from '../reconcile/reconcile-events.js';
import { changeCluster, type Cluster, readCluster } from '../reconcile/reconcile.store.js';
import { unlessSuperseded } from '../reconcile/steps.js';
import { causeOf, incidentKind } from './control-plane.rules.js';
import * as store from './control-plane.store.js';
import type { ClusterState } from '../cluster/cluster.enums.js';
import { mayBecome } from '../cluster/cluster-states.js';
import { idPages } from '../reconcile/id-pages.js';

/** A control plane that is not well is looked at again after this. */
const LOOK_MS = 5_000;
const BATCH = 500;
const HEALTHY = 'ControlPlaneHealthy';
const AVAILABLE = 'ApiServerAvailable';
const GONE = ['DELETING', 'DELETED'];

/**
 * Keeps what is known of a cluster's control plane what the provider says: replicas, incidents, and whether the
 * cluster is UNAVAILABLE. It comes back to the state that it had as soon as its API answers again.
 */
export function createControlPlaneReconciler({ provider }: Pick<Means, 'provider'>): Reconciler {
  return {
    kind: 'control-plane',
    async reconcile(key, scope) {
      const view = await readCluster(scope.database, key);
      if (!view || GONE.includes(view.cluster.state)) return forget(key, scope);
      const plane = await provider.controlPlane(key);
      if (!plane || plane.state === 'CREATING') return done;
      return look({ cluster: view.cluster, plane, pools: view.pools.map(({ id }) => id), scope });
    },
  };
}

async function forget(key: string, { database, clock }: ReconcileScope): Promise<Outcome> {
  await database.$transaction((tx) => store.forgetControlPlane(tx, key, clock.now()));
  return done;
}

interface Look {
  readonly cluster: Cluster;
  readonly plane: ControlPlane;
  readonly pools: readonly string[];
  readonly scope: ReconcileScope;
}

async function look(seen: Look): Promise<Outcome> {
  const { cluster, plane, scope } = seen;
  const known = (
    await new store.ControlPlaneStore(scope.database).ofClusters(cluster.account, [cluster.id])
  ).get(cluster.id);
  const later = incidentKind(plane) === null ? done : requeueAfter(LOOK_MS);
  const settled = (cluster.state === 'UNAVAILABLE') === !plane.available || !isWorking(cluster);
  if (known && settled && sameAs(known, plane)) return later;
  return unlessSuperseded(async () => {
    await changeCluster(scope, cluster, (tx, at) => record(tx, { ...seen, at }));
    return later;
  });
}

function sameAs(known: store.ControlPlaneRow, { available, replicas }: ControlPlane): boolean {
  const marks = (list: readonly { id: string; healthy: boolean; zoneId: string }[]) =>
    list.map(({ id, healthy, zoneId }) => `${id} ${zoneId} ${healthy}`).join();
  return known.available === available && marks(store.replicasOf(known)) === marks(replicas);
}

async function record(tx: Transaction, seen: Look & { readonly at: Date }): Promise<NewEvent[]> {
  const { cluster, plane, at } = seen;
  const before = await tx.controlPlane.findUnique({ where: { clusterId: cluster.id } });
  const turn = turnOf(cluster, plane, before?.stateBefore ?? null);
  const { available, replicas } = plane;
  const { id: clusterId, account } = cluster;
  await store.saveControlPlane(
    tx,
    { clusterId, account, available, replicas, stateBefore: turn.stateBefore },
    at,
  );
  const changed = await recordIncident(tx, seen);
  if (changed || turn.state !== cluster.state)
    await updateCluster(tx, cluster.id, {
      state: turn.state,
      conditions: withHealth(cluster, plane, at),
    });
  if (cluster.state === 'UNAVAILABLE' && turn.state !== 'UNAVAILABLE') {
    // What was being done goes on.
    await enqueueAll(tx, 'cluster', [cluster.id]);
    await enqueueAll(tx, 'node-pool', seen.pools);
  }
  return changed ? [changeEvent(seen)] : [];
}

/** Whether the cluster works, and so becomes UNAVAILABLE when its API does not answer. */
function isWorking({ state }: Cluster): boolean {
  return mayBecome(state as ClusterState, 'UNAVAILABLE');
}

/** The state that follows from whether the API answers. */
function turnOf(cluster: Cluster, { available }: ControlPlane, stateBefore: string | null) {
  if (available && cluster.state === 'UNAVAILABLE')
    return { state: stateBefore ?? 'RUNNING', stateBefore: null };
  if (!available && isWorking(cluster)) return { state: 'UNAVAILABLE', stateBefore: cluster.state };
  return { state: cluster.state, stateBefore };
}

/** Ends the incident that is over and begins the one that is; whether there was either. */
async function recordIncident(
  tx: Transaction,
  { cluster, plane, at }: Look & { readonly at: Date },
): Promise<boolean> {
  const kind = incidentKind(plane);
  const { id: clusterId, account } = cluster;
  const current = await store.currentIncident(tx, clusterId);
  if ((current?.kind ?? null) === kind) return false;
  await store.endIncidents(tx, clusterId, at);
  if (kind !== null) {
    const cause = causeOf(plane.replicas);
    await store.openIncident(tx, { id: newId('incident'), account, clusterId, kind, cause, startedAt: at });
  }
  return true;
}

function withHealth(cluster: Cluster, plane: ControlPlane, at: Date) {
  const kind = incidentKind(plane);
  const cause = kind === null ? 'Every replica works.' : `${causeOf(plane.replicas)}.`;
  const conditions = withCondition(
    cluster,
    {
      type: HEALTHY,
      status: kind === null ? 'True' : 'False',
      reason: kind === null ? 'Healthy' : 'ReplicasDown',
      message: cause,
    },
    at,
  );
  const answers = plane.available;
  const message = answers ? 'The Kubernetes API answers.' : `The Kubernetes API does not answer: ${cause}`;
  const available = {
    type: AVAILABLE,
    status: answers ? 'True' : 'False',
    reason: answers ? 'Answering' : 'ControlPlaneDown',
    message,
  } as const;
  return withCondition({ conditions: conditions as Cluster['conditions'] }, available, at);
}

function changeEvent({ cluster, plane }: Look): NewEvent {
  const kind = incidentKind(plane);
  const cause = causeOf(plane.replicas);
  const data = { cause, available: plane.available };
  if (kind === 'API_UNAVAILABLE') {
    const text = `The Kubernetes API of ${cluster.name} does not answer: ${cause}.`;
    return eventOf({ cluster }, 'CLUSTER_UNAVAILABLE', text, { level: 'ERROR', data });
  }
  if (kind === 'DEGRADED') {
    const text = `The control plane of ${cluster.name} is degraded and answers: ${cause}.`;
    return eventOf({ cluster }, 'CONTROL_PLANE_DEGRADED', text, { level: 'WARNING', data });
  }
  return eventOf(
    { cluster },
    'CONTROL_PLANE_RECOVERED',
    `The control plane of ${cluster.name} is whole again.`,
    {
      data: { available: true },
    },
  );
}

/** Has every control plane looked at each minute. */
export function controlPlaneSchedule(): Schedule {
  return {
    name: 'check-control-planes',
    cron: '* * * * *',
    async run({ database, signal }) {
      const planes = async (after: string) => {
        const rows = await database.controlPlane.findMany({
          where: { clusterId: { gt: after } },
          select: { clusterId: true },
          orderBy: { clusterId: 'asc' },
          take: BATCH,
        });
        return rows.map(({ clusterId }) => ({ id: clusterId }));
      };
      for await (const ids of idPages(planes, signal)) await enqueueAll(database, 'control-plane', ids);
    },
  };
}
