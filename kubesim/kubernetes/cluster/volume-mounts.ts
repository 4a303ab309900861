import type { MountProblem } from '../../kubelet-client.js';
import type { ObjectReader } from '../store/cluster-store.js';
import type { Pod } from '../kinds/core.js';
import { hasEnded, pods } from '../kinds/pods.js';
import { isBound, type VolumeClaim, volumeClaims } from '../kinds/volumes.js';

/** The cluster of pods and their volumes. */
interface MountContext {
  readonly store: ObjectReader;
  /** Zones of its container instances; undefined for a cluster whose pods run on nodes. */
  readonly serverlessZones: readonly string[] | undefined;
}

const ONE_NODE = 'ReadWriteOnce';
const ONE_POD = 'ReadWriteOncePod';

/** Distinct names of the pod's volume claims. */
export function claimsOf({ spec }: Pod): string[] {
  const names = (spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  return [...new Set(names)];
}

/** Why the volumes of the pod cannot be mounted yet; undefined if they can, or it has none. */
export function mountProblem(cluster: MountContext, pod: Pod): MountProblem | undefined {
  for (const name of claimsOf(pod)) {
    const claim = cluster.store.get(volumeClaims, pod.metadata.namespace ?? '', name);
    const problem = claim
      ? claimProblem(cluster, pod, claim)
      : failedMount(`persistentvolumeclaim "${name}" not found`);
    if (problem) return problem;
  }
  return undefined;
}

function claimProblem(cluster: MountContext, pod: Pod, claim: VolumeClaim): MountProblem | undefined {
  const { name, namespace = '' } = claim.metadata;
  if (!isBound(claim)) return failedMount(`PersistentVolumeClaim ${namespace}/${name} is not bound`);
  const modes = claim.spec.accessModes ?? [ONE_NODE];
  if (!modes.every((mode) => mode === ONE_NODE || mode === ONE_POD)) return undefined;
  const others = mountedBy(cluster, claim).filter(({ metadata }) => metadata.uid !== pod.metadata.uid);
  const conflicting = modes.includes(ONE_POD)
    ? others
    : others.filter((other) => !areOnSameHost(cluster, pod, other));
  if (conflicting.length === 0) return undefined;
  const users = conflicting.map(({ metadata }) => metadata.name).join(', ');
  const message = `Multi-Attach error for volume "${claim.spec.volumeName}" Volume is already used by pod(s) ${users}`;
  return { reason: 'FailedAttachVolume', message };
}

/** The pods that have mounted the claim, including terminating ones. */
export function mountedBy(cluster: MountContext, { metadata }: VolumeClaim): Pod[] {
  const { namespace, name } = metadata;
  return [...cluster.store.all(pods)].filter(
    (pod) => pod.metadata.namespace === namespace && hasMounted(pod) && claimsOf(pod).includes(name),
  );
}

function hasMounted(pod: Pod): boolean {
  return !hasEnded(pod) && !!pod.status.containerStatuses?.some(({ containerID }) => containerID);
}

/** Whether two pods run on the same host; each container instance is a separate host. */
function areOnSameHost(cluster: MountContext, pod: Pod, other: Pod): boolean {
  return !cluster.serverlessZones && pod.spec.nodeName === other.spec.nodeName;
}

function failedMount(why: string): MountProblem {
  return { reason: 'FailedMount', message: `Unable to attach or mount volumes: ${why}` };
}
