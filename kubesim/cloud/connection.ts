import type { Cloud, CloudCluster } from './cloud.js';
import { instanceOf } from './instances.js';
import { reportNode } from './node-status.js';
import type { InstanceRecord } from './records.js';

/**
 * Takes an instance's network away or gives it back, as a fault: it runs on with its pods, but the control plane hears
 * nothing of it.
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
