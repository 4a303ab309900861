import type { Cloud, CloudCluster } from './cloud.js';
import { instanceOf } from './instances.js';
import { reportNode } from './node-status.js';
import type { InstanceRecord } from './records.js';

/**
 * Disconnects an instance from the control plane or reconnects it, as a fault: the instance and its pods keep running.
 */
export function setConnected(
  cloud: Cloud,
  cluster: CloudCluster,
  id: string,
  connected: boolean,
): InstanceRecord {
  const instance = instanceOf(cluster, id);
  if (!!instance.offline === !connected) return instance;
  const saved = cloud.saveInstance(cluster, { ...instance, offline: !connected });
  reportNode(cloud, cluster, saved);
  return saved;
}
