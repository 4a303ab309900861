import type { Cloud, CloudCluster } from './cloud.js';
import type { InstanceRecord } from './records.js';

/**
 * Whether the control plane reaches the kubelet of an instance. Derived from all active faults, so that the end of one
 * fault leaves the others in effect.
 */
export function isKubeletReachable(
  cloud: Cloud,
  { kubernetes }: CloudCluster,
  instance: InstanceRecord,
): boolean {
  const { id, off, offline, restarting, zoneId } = instance;
  if (off || offline || restarting || cloud.isLost(zoneId ?? '')) return false;
  return kubernetes.faults.ofInstance(id, 'NODE_UNREACHABLE') === undefined;
}
