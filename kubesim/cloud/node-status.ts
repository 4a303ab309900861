import type { Cloud, CloudCluster } from './cloud.js';
import { noteControlPlane } from './control-plane-incidents.js';
import { isHeard } from './instance-health.js';
import type { InstanceRecord } from './records.js';

/** Makes the node of an instance, and the control plane if it runs a part of it, what the instance's health says. */
export function reportNode(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const { id, name, master } = instance;
  const { mishaps } = cluster.kubernetes;
  cluster.kubernetes.setNodeHealth(name, {
    ready: isHeard(cloud, cluster, instance),
    troubles: {
      NetworkUnavailable: mishaps.ofInstance(id, 'NODE_NETWORK')?.operation,
      HealthChecksFailing: mishaps.ofInstance(id, 'NODE_PROBES')?.operation,
    },
  });
  if (master) noteControlPlane(cloud, cluster);
}
