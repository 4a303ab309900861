import type { Cloud, CloudCluster } from './cloud.js';
import { noteControlPlane } from './control-plane-incidents.js';
import { isHeard } from './instance-health.js';
import type { InstanceRecord } from './records.js';

/** Makes the node of an instance, and the control plane if it runs a part of it, what the instance's health says. */
export function reportNode(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const { id, name, master } = instance;
  cluster.kubernetes.setNodeHealth(name, {
    ready: isHeard(cloud, cluster, instance),
    interruptedBy: cluster.kubernetes.mishaps.ofInstance(id, 'NODE_NETWORK')?.operation,
  });
  if (master) noteControlPlane(cloud, cluster);
}
