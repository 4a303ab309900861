import type { Cloud, CloudCluster } from './cloud.js';
import { updateControlPlaneIncidents } from './control-plane-incidents.js';
import { isKubeletReachable } from './instance-health.js';
import type { InstanceRecord } from './records.js';

/** Updates the node of an instance from its health and, for a master, the control plane. */
export function reportNode(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const { id, name, master, stoppedAt } = instance;
  const { faults } = cluster.kubernetes;
  cluster.kubernetes.setNodeHealth(name, {
    ready: isKubeletReachable(cloud, cluster, instance),
    stoppedAt,
    problems: {
      NetworkUnavailable: faults.ofInstance(id, 'NODE_NETWORK')?.operation,
      HealthChecksFailing: faults.ofInstance(id, 'NODE_PROBES')?.operation,
    },
  });
  if (master) updateControlPlaneIncidents(cloud, cluster);
}
