import { takesDisk } from '../kubernetes/cluster/cloud-claims.js';
import { destroy } from '../kubernetes/cluster/delete.js';
import type { InjectedFault, FaultEffect, FaultDefinition } from '../kubernetes/cluster/injected-faults.js';
import { volumeFaultMessage } from '../kubernetes/cluster/volume-fault-messages.js';
import type { Pod } from '../kubernetes/kinds/core.js';
import { pods } from '../kubernetes/kinds/pods.js';
import { isBound, type VolumeClaim, volumeClaims } from '../kubernetes/kinds/volumes.js';
import { mountedBy } from '../kubelet/volume-mounts.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { repairInstance } from './instance-changes.js';
import { CloudApiError } from './records.js';

/** The pods that suffer when something is done to the volume of a claim. Throws CloudApiError when it cannot be done. */
export function injectVolumeFault(
  { kubernetes, store }: CloudCluster,
  { operation, volumeClaim }: Pick<InjectedFault, 'operation' | 'volumeClaim'>,
  target: FaultDefinition['target'],
): Pick<InjectedFault, 'pods'> {
  const [namespace = '', name = ''] = (volumeClaim ?? '').split('/');
  const claim = store.get(volumeClaims, namespace, name);
  const disk = claim !== undefined && takesDisk(store, claim);
  if (!claim || !isBound(claim) || disk !== (target === 'DISK_VOLUME_CLAIM'))
    throw noSuchVolume(target, volumeClaim);
  const users = mountedBy(kubernetes, claim);
  if (users.length === 0)
    throw new CloudApiError(422, 'INVALID_STATE', `No pod has mounted ${namespace}/${name}.`);
  for (const pod of users) reportVolume(kubernetes, pod, { claim, operation });
  return { pods: users.map(({ metadata }) => metadata.uid) };
}

function noSuchVolume(target: FaultDefinition['target'], claim: string | undefined): CloudApiError {
  const what = target === 'DISK_VOLUME_CLAIM' ? 'cloud disk' : 'file system';
  return new CloudApiError(422, 'INVALID_INPUT', `${claim ?? 'no volume claim'} has no ${what}.`);
}

function reportVolume(
  { events }: CloudCluster['kubernetes'],
  pod: Pod,
  { claim, operation }: { readonly claim: VolumeClaim; readonly operation: string },
): void {
  const message = `Volume ${claim.spec.volumeName}: ${volumeFaultMessage({ operation })} (${operation})`;
  const occurrence = { type: 'Warning', reason: 'VolumeConditionAbnormal', message } as const;
  events.record(pod, {
    ...occurrence,
    component: 'kubelet',
    ...(pod.spec.nodeName && { host: pod.spec.nodeName }),
  });
}

/** Does what mends it: restarts the pods that suffer, or the machines that they run on. */
export function remediateVolumeFault(
  cloud: Cloud,
  cluster: CloudCluster,
  fault: InjectedFault,
  effect: FaultEffect,
): void {
  const affectedPods = (fault.pods ?? []).flatMap(
    (uid) => (cluster.store.byUid(uid) as Pod | undefined) ?? [],
  );
  const names = new Set(affectedPods.map(({ spec }) => spec.nodeName));
  const instances = [...cluster.instances.values()].filter(({ name }) => names.has(name));
  if (effect === 'VOLUME_HANGS' && instances.length > 0)
    for (const { id } of instances) repairInstance(cloud, cluster, id, { action: 'RESTART' });
  else
    for (const pod of affectedPods)
      if (!pod.metadata.deletionTimestamp) destroy(cluster.kubernetes, pods, pod);
}
