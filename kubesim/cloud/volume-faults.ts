import { takesDisk } from '../kubernetes/cluster/cloud-claims.js';
import { destroy } from '../kubernetes/cluster/delete.js';
import type { Mishap, MishapEffect, MishapKind } from '../kubernetes/cluster/injected-faults.js';
import { symptomOf } from '../kubernetes/cluster/volume-fault-messages.js';
import type { Pod } from '../kubernetes/kinds/core.js';
import { pods } from '../kubernetes/kinds/pods.js';
import { isBound, type VolumeClaim, volumeClaims } from '../kubernetes/kinds/volumes.js';
import { mountedBy } from '../kubelet/volume-mounts.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { repairInstance } from './instance-changes.js';
import { CloudRefusal } from './records.js';

/** The pods that suffer when something is done to the volume of a claim. Throws CloudRefusal when it cannot be done. */
export function harmVolume(
  { kubernetes, store }: CloudCluster,
  { operation, volumeClaim }: Pick<Mishap, 'operation' | 'volumeClaim'>,
  target: MishapKind['target'],
): Pick<Mishap, 'pods'> {
  const [namespace = '', name = ''] = (volumeClaim ?? '').split('/');
  const claim = store.get(volumeClaims, namespace, name);
  const disk = claim !== undefined && takesDisk(store, claim);
  if (!claim || !isBound(claim) || disk !== (target === 'DISK_CLAIM'))
    throw noSuchVolume(target, volumeClaim);
  const users = mountedBy(kubernetes, claim);
  if (users.length === 0)
    throw new CloudRefusal(422, 'INVALID_STATE', `No pod has mounted ${namespace}/${name}.`);
  for (const pod of users) reportVolume(kubernetes, pod, { claim, operation });
  return { pods: users.map(({ metadata }) => metadata.uid) };
}

function noSuchVolume(target: MishapKind['target'], claim: string | undefined): CloudRefusal {
  const what = target === 'DISK_CLAIM' ? 'cloud disk' : 'file system';
  return new CloudRefusal(422, 'INVALID_INPUT', `${claim ?? 'no volume claim'} has no ${what}.`);
}

function reportVolume(
  { events }: CloudCluster['kubernetes'],
  pod: Pod,
  { claim, operation }: { readonly claim: VolumeClaim; readonly operation: string },
): void {
  const message = `Volume ${claim.spec.volumeName}: ${symptomOf({ operation })} (${operation})`;
  const occurrence = { type: 'Warning', reason: 'VolumeConditionAbnormal', message } as const;
  events.record(pod, {
    ...occurrence,
    component: 'kubelet',
    ...(pod.spec.nodeName && { host: pod.spec.nodeName }),
  });
}

/** Does what mends it: restarts the pods that suffer, or the machines that they run on. */
export function mendVolume(cloud: Cloud, cluster: CloudCluster, mishap: Mishap, effect: MishapEffect): void {
  const suffering = (mishap.pods ?? []).flatMap((uid) => (cluster.store.byUid(uid) as Pod | undefined) ?? []);
  const names = new Set(suffering.map(({ spec }) => spec.nodeName));
  const machines = [...cluster.instances.values()].filter(({ name }) => names.has(name));
  if (effect === 'VOLUME_HANGS' && machines.length > 0)
    for (const { id } of machines) repairInstance(cloud, cluster, id, { action: 'RESTART' });
  else
    for (const pod of suffering) if (!pod.metadata.deletionTimestamp) destroy(cluster.kubernetes, pods, pod);
}
