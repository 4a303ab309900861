import { newId } from '../../kernel/ids.js';
import type { Cloud, CloudCluster } from './cloud.js';
import {
  apiAvailable,
  applyControlPlane,
  downComponents,
  replicasOf,
  type ReplicaState,
} from './control-plane.js';
import { CloudApiError, type IncidentRecord } from './records.js';

/** Number of incidents kept per cluster. */
const MAX_INCIDENTS = 100;

/** Ends the open incident of a control plane if its kind has changed, and starts a new one. */
export function updateControlPlaneIncidents(cloud: Cloud, cluster: CloudCluster): void {
  if (!hasControlPlane(cluster)) return;
  applyControlPlane(cloud, cluster);
  const { incidents = [] } = cluster.record;
  const replicas = replicasOf(cloud, cluster);
  const kind = kindOf(apiAvailable(cloud, cluster), replicas);
  // The API server is down: close its connections.
  if (kind === 'API_UNAVAILABLE') cluster.kubernetes.closeConnections();
  const open = incidents.find(({ endedAt }) => endedAt === undefined);
  if (open?.kind === kind) return;
  const now = cloud.now();
  const ended = incidents.map((incident) => (incident === open ? { ...incident, endedAt: now } : incident));
  const begun = kind && { id: newId('incident'), kind, cause: causeOf(cluster, replicas), startedAt: now };
  cloud.saveCluster(cluster, { incidents: [...ended, ...(begun ? [begun] : [])].slice(-MAX_INCIDENTS) });
}

/** Stops or starts one replica, as a fault. */
export function setReplica(cloud: Cloud, cluster: CloudCluster, id: string, on: boolean): void {
  if (!replicasOf(cloud, cluster).some((replica) => replica.id === id)) {
    throw new CloudApiError(404, 'NOT_FOUND', `Replica ${id} not found.`);
  }
  const others = (cluster.record.downReplicas ?? []).filter((replicaId) => replicaId !== id);
  cloud.saveCluster(cluster, { downReplicas: on ? others : [...others, id] });
  updateControlPlaneIncidents(cloud, cluster);
}

/** The incidents as in the API, oldest first. */
export function incidentsResponse({ record }: CloudCluster): unknown[] {
  const text = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());
  return (record.incidents ?? []).map((incident) => ({
    ...incident,
    startedAt: text(incident.startedAt),
    endedAt: text(incident.endedAt),
  }));
}

/** Whether the control plane has started; masters of a dedicated cluster start after the cluster is created. */
function hasControlPlane({ record, instances }: CloudCluster): boolean {
  if (record.state !== 'RUNNING' && record.state !== 'UPGRADING') return false;
  return ![...instances.values()].some(({ master, state, ran }) => master && state === 'STARTING' && !ran);
}

function kindOf(available: boolean, replicas: readonly ReplicaState[]): IncidentRecord['kind'] | undefined {
  if (!available) return 'API_UNAVAILABLE';
  if (downComponents(replicas).length > 0) return 'COMPONENT_DOWN';
  return replicas.every(({ healthy }) => healthy) ? undefined : 'DEGRADED';
}

/** `etcd (cn-hangzhou-a, cn-hangzhou-b) down`. */
function causeOf({ kubernetes }: CloudCluster, replicas: readonly ReplicaState[]): string {
  const down = Map.groupBy(
    replicas.filter(({ healthy }) => !healthy),
    ({ component }) => component,
  );
  const named = [...down].map(
    ([component, members]) => `${component} (${members.map(({ zoneId }) => zoneId).join(', ')})`,
  );
  const fault = kubernetes.faults.first('API_DOWN');
  const unreachable = fault ? [`the API server does not answer (${fault.operation})`] : [];
  return [...unreachable, ...(named.length > 0 ? [`${named.join(', ')} down`] : [])].join('; ');
}
