import type { VolumeFaultResult } from '../../cluster-port.js';
import type { Pod } from '../kinds/core.js';
import { isBound, type VolumeClaim, volumeClaims } from '../kinds/volumes.js';
import { claimsDisk } from './cloud-resource-claims.js';
import type { ClusterContext } from './context.js';
import type { ObjectReader } from '../store/cluster-store.js';
import type { KubeObject } from '../kinds/object.js';
import type { Occurrence } from '../../kubelet-client.js';
import { volumeFaultMessage } from './volume-fault-messages.js';
import { mountedBy } from './volume-mounts.js';

/** The cluster of the volume. */
interface VolumeFaultContext extends Pick<ClusterContext, 'serverlessZones'> {
  readonly store: ObjectReader;
  readonly events: { record(about: KubeObject, occurrence: Occurrence): void };
}

/** A fault of the volume of a claim (`namespace/name`). */
export interface VolumeFault {
  readonly operation: string;
  readonly claim: string;
  readonly storage: 'DISK' | 'NAS';
}

/** Records the fault on each pod that has mounted the volume; pods that mount it later are not affected. */
export function injectVolumeFault(
  cluster: VolumeFaultContext,
  { operation, claim: claimName, storage }: VolumeFault,
): VolumeFaultResult {
  const [namespace = '', name = ''] = claimName.split('/');
  const claim = cluster.store.get(volumeClaims, namespace, name);
  const disk = claim !== undefined && claimsDisk(cluster.store, claim);
  if (!claim || !isBound(claim) || disk !== (storage === 'DISK')) return { problem: 'NO_SUCH_VOLUME' };
  const affected = mountedBy(cluster, claim);
  if (affected.length === 0) return { problem: 'NOT_MOUNTED' };
  for (const pod of affected) reportVolume(cluster, pod, { claim, operation });
  return { pods: affected.map(({ metadata }) => metadata.uid) };
}

function reportVolume(
  { events }: VolumeFaultContext,
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
