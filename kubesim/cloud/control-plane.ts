import type { ControlPlaneProcess } from '../cluster-port.js';
import type { Replica } from './records.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { isKubeletReachable } from './instance-health.js';

/** Replicas of each component of a control plane that the cloud runs. */
const MANAGED: Readonly<Record<string, number>> = {
  'kube-apiserver': 2,
  etcd: 3,
  'kube-controller-manager': 2,
  'ack-scheduler': 2,
};
/** What runs on each master of a dedicated cluster. */
const ON_MASTERS = ['kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler'];
/** Zones that a control plane is spread over, where the region has them. */
const MOST_ZONES = 3;

/** A replica and whether it works now. */
export interface ReplicaState extends Replica {
  readonly healthy: boolean;
}

/**
 * Spreads the replicas of a managed control plane over up to three of the zones: no two of a component share a zone
 * while there is another one, and the components begin in different zones, so that none loses everything with one.
 */
export function spread(zoneIds: readonly string[]): Replica[] {
  const zones = [...new Set(zoneIds)].slice(0, MOST_ZONES);
  return Object.entries(MANAGED).flatMap(([component, count]) =>
    Array.from({ length: count }, (_, number) => ({
      id: `${component}-${number}`,
      component,
      zoneId: zones[number % zones.length] ?? '',
    })),
  );
}

/** The replicas of a cluster that is to be made: none where the masters are instances of the account. */
export function newReplicas(cloud: Cloud, regionId: string, masters: number): Replica[] {
  if (masters > 0) return [];
  const zones = [...cloud.parts.catalog.zones.values()].filter((zone) => zone.regionId === regionId);
  return spread(zones.map(({ id }) => id));
}

/** Every replica of the cluster's control plane as it stands now. */
export function replicasOf(cloud: Cloud, cluster: CloudCluster): ReplicaState[] {
  const { record } = cluster;
  if (record.masters > 0) return onMasters(cloud, cluster);
  const down = new Set(record.downReplicas ?? []);
  // Clusters of before had none on record.
  const replicas = record.replicas ?? newReplicas(cloud, record.regionId, 0);
  return replicas.map((one) => ({ ...one, healthy: !down.has(one.id) && !cloud.isLost(one.zoneId) }));
}

function onMasters(cloud: Cloud, cluster: CloudCluster): ReplicaState[] {
  const { instances, record } = cluster;
  const down = new Set(record.downReplicas ?? []);
  const masters = [...instances.values()].filter(({ master }) => master);
  return ON_MASTERS.flatMap((component) =>
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

/** Components of which no replica works. */
export function downComponents(replicas: readonly ReplicaState[]): string[] {
  const groups = Map.groupBy(replicas, ({ component }) => component);
  return [...groups].filter(([, some]) => !some.some(({ healthy }) => healthy)).map(([name]) => name);
}

/** Stops the controllers of components that have no working replica. */
export function applyControlPlane(cloud: Cloud, cluster: CloudCluster): void {
  const down = downComponents(replicasOf(cloud, cluster));
  cluster.kubernetes.stopProcesses(down.flatMap((name) => PROCESS_NAMES[name] ?? []));
}

/** Whether the API server can answer: one replica of it is up, and etcd has a majority. */
export function apiAvailable(cloud: Cloud, cluster: CloudCluster): boolean {
  if (cluster.kubernetes.faults.first('API_DOWN')) return false;
  const replicas = replicasOf(cloud, cluster);
  const etcd = replicas.filter(({ component }) => component === 'etcd');
  const working = etcd.filter(({ healthy }) => healthy).length;
  const answers = replicas.some(({ component, healthy }) => component === 'kube-apiserver' && healthy);
  return answers && working * 2 > etcd.length;
}
