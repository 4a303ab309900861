import type { ClusterContext } from './context.js';
import type { Pod } from '../kinds/core.js';
import { hasEnded, pods } from '../kinds/pods.js';
import { isBound, type VolumeClaim, volumeClaims } from '../kinds/volumes.js';

/** Why a kubelet cannot mount a volume of a pod, as its event says it. */
export interface MountProblem {
  readonly reason: 'FailedMount' | 'FailedAttachVolume';
  readonly message: string;
}

const ONE_NODE = 'ReadWriteOnce';
const ONE_POD = 'ReadWriteOncePod';

/** Names of the volume claims that the pod mounts, each once. */
function claimsOf({ spec }: Pod): string[] {
  const names = (spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  return [...new Set(names)];
}

/** Why the pod cannot have its volumes yet; undefined when it can, or has none. */
export function mountProblem(cluster: ClusterContext, pod: Pod): MountProblem | undefined {
  for (const name of claimsOf(pod)) {
    const claim = cluster.store.get(volumeClaims, pod.metadata.namespace ?? '', name);
    const problem = claim
      ? claimProblem(cluster, pod, claim)
      : failedMount(`persistentvolumeclaim "${name}" not found`);
    if (problem) return problem;
  }
  return undefined;
}

function claimProblem(cluster: ClusterContext, pod: Pod, claim: VolumeClaim): MountProblem | undefined {
  const { name, namespace = '' } = claim.metadata;
  if (!isBound(claim)) return failedMount(`PersistentVolumeClaim ${namespace}/${name} is not bound`);
  const modes = claim.spec.accessModes ?? [ONE_NODE];
  if (!modes.every((mode) => mode === ONE_NODE || mode === ONE_POD)) return undefined;
  const others = mountedBy(cluster, claim).filter(({ metadata }) => metadata.uid !== pod.metadata.uid);
  const taken = modes.includes(ONE_POD) ? others : others.filter((other) => !sharesHome(cluster, pod, other));
  if (taken.length === 0) return undefined;
  const users = taken.map(({ metadata }) => metadata.name).join(', ');
  const message = `Multi-Attach error for volume "${claim.spec.volumeName}" Volume is already used by pod(s) ${users}`;
  return { reason: 'FailedAttachVolume', message };
}

/** The pods that have mounted the claim; one that is being deleted has it until it is gone. */
export function mountedBy(cluster: ClusterContext, { metadata }: VolumeClaim): Pod[] {
  const { namespace, name } = metadata;
  return [...cluster.store.all(pods)].filter(
    (pod) => pod.metadata.namespace === namespace && hasMounted(pod) && claimsOf(pod).includes(name),
  );
}

function hasMounted(pod: Pod): boolean {
  return !hasEnded(pod) && !!pod.status.containerStatuses?.some(({ containerID }) => containerID);
}

/** Whether two pods run on one machine; a container instance is a machine of its own. */
function sharesHome(cluster: ClusterContext, one: Pod, other: Pod): boolean {
  return !cluster.serverlessZones && one.spec.nodeName === other.spec.nodeName;
}

function failedMount(why: string): MountProblem {
  return { reason: 'FailedMount', message: `Unable to attach or mount volumes: ${why}` };
}
