import type { ControlPlaneProcess } from '../cluster-port.js';
import type { Replica } from './records.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { isKubeletReachable } from './instance-health.js';

/** Replicas of each component of a managed control plane. */
const MANAGED_REPLICAS: Readonly<Record<string, number>> = {
  'kube-apiserver': 2,
  etcd: 3,
  'kube-controller-manager': 2,
  'ack-scheduler': 2,
};
/** Components on each master of a dedicated cluster. */
const MASTER_COMPONENTS = ['kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler'];
/** Maximum number of zones of a control plane. */
const MAX_ZONES = 3;

/** A replica and whether it is healthy. */
export interface ReplicaState extends Replica {
  readonly healthy: boolean;
}

/**
 * Spreads the replicas of a managed control plane over up to three zones. Each component uses as many zones as
 * possible and starts in another zone, which limits the effect of a zone outage on each component.
 */
export function spreadReplicas(zoneIds: readonly string[]): Replica[] {
  const zones = [...new Set(zoneIds)].slice(0, MAX_ZONES);
  return Object.entries(MANAGED_REPLICAS).flatMap(([component, count]) =>
    Array.from({ length: count }, (_, number) => ({
      id: `${component}-${number}`,
      component,
      zoneId: zones[number % zones.length] ?? '',
    })),
  );
}

/** Replicas of a new cluster; none if its masters are instances of the account. */
export function newReplicas(cloud: Cloud, regionId: string, masters: number): Replica[] {
  if (masters > 0) return [];
  const zones = [...cloud.parts.catalog.zones.values()].filter((zone) => zone.regionId === regionId);
  return spreadReplicas(zones.map(({ id }) => id));
}

/** Current state of all replicas of the control plane. */
export function replicasOf(cloud: Cloud, cluster: CloudCluster): ReplicaState[] {
  const { record } = cluster;
  if (record.masters > 0) return masterReplicas(cloud, cluster);
  const down = new Set(record.downReplicas ?? []);
  // Clusters of earlier releases have no stored replicas.
  const replicas = record.replicas ?? newReplicas(cloud, record.regionId, 0);
  return replicas.map((replica) => ({
    ...replica,
    healthy: !down.has(replica.id) && !cloud.isLost(replica.zoneId),
  }));
}

function masterReplicas(cloud: Cloud, cluster: CloudCluster): ReplicaState[] {
  const { instances, record } = cluster;
  const down = new Set(record.downReplicas ?? []);
  const masters = [...instances.values()].filter(({ master }) => master);
  return MASTER_COMPONENTS.flatMap((component) =>
    masters.map((instance) => {
      const { name, zoneId, state } = instance;
      const id = `${component}-${name}`;
      const up = state === 'RUNNING' || (state === 'STARTING' && record.state === 'CREATING');
      const healthy = up && !down.has(id) && isKubeletReachable(cloud, cluster, instance);
      return { id, component, zoneId: zoneId ?? '', healthy };
    }),
  );
}

const PROCESS_NAMES: Readonly<Record<string, ControlPlaneProcess>> = {
  'kube-controller-manager': 'CONTROLLER_MANAGER',
  'kube-scheduler': 'SCHEDULER',
  'ack-scheduler': 'SCHEDULER',
};

/** Components without a healthy replica. */
export function downComponents(replicas: readonly ReplicaState[]): string[] {
  const groups = Map.groupBy(replicas, ({ component }) => component);
  return [...groups].filter(([, some]) => !some.some(({ healthy }) => healthy)).map(([name]) => name);
}

/** Stops the controllers of components without a healthy replica. */
export function applyControlPlane(cloud: Cloud, cluster: CloudCluster): void {
  const down = downComponents(replicasOf(cloud, cluster));
  cluster.kubernetes.stopProcesses(down.flatMap((name) => PROCESS_NAMES[name] ?? []));
}

/** Whether the API server is available: it has a healthy replica, and etcd has a quorum. */
export function apiAvailable(cloud: Cloud, cluster: CloudCluster): boolean {
  if (cluster.kubernetes.faults.first('API_DOWN')) return false;
  const replicas = replicasOf(cloud, cluster);
  const etcd = replicas.filter(({ component }) => component === 'etcd');
  const working = etcd.filter(({ healthy }) => healthy).length;
  const apiHealthy = replicas.some(({ component, healthy }) => component === 'kube-apiserver' && healthy);
  return apiHealthy && working * 2 > etcd.length;
}
