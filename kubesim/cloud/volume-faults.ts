import type { FaultDefinition, FaultEffect, InjectedFault } from '../injected-faults.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { repairInstance } from './instance-changes.js';
import { CloudApiError } from './records.js';

/**
 * Injects a fault into the volume of a claim and returns the affected pods. Throws CloudApiError if that is
 * impossible.
 */
export function injectVolumeFault(
  { kubernetes }: CloudCluster,
  { operation, volumeClaim = '' }: Pick<InjectedFault, 'operation' | 'volumeClaim'>,
  target: FaultDefinition['target'],
): Pick<InjectedFault, 'pods'> {
  const storage = target === 'DISK_VOLUME_CLAIM' ? 'DISK' : 'NAS';
  const result = kubernetes.injectVolumeFault(operation, volumeClaim, storage);
  if ('pods' in result) return result;
  if (result.problem === 'NOT_MOUNTED')
    throw new CloudApiError(422, 'INVALID_STATE', `No pod has mounted ${volumeClaim}.`);
  const volume = storage === 'DISK' ? 'cloud disk' : 'file system';
  throw new CloudApiError(422, 'INVALID_INPUT', `${volumeClaim || 'no volume claim'} has no ${volume}.`);
}

/** Restarts the affected pods, or the instances of hanging pods. */
export function remediateVolumeFault(
  cloud: Cloud,
  cluster: CloudCluster,
  { pods = [] }: InjectedFault,
  effect: FaultEffect,
): void {
  const names = cluster.kubernetes.nodesOf(pods);
  const instances = [...cluster.instances.values()].filter(({ name }) => names.has(name));
  if (effect !== 'VOLUME_HANGS' || instances.length === 0) return cluster.kubernetes.deletePods(pods);
  for (const { id } of instances) repairInstance(cloud, cluster, id, { action: 'RESTART' });
}
