import type { KubernetesClient, KubernetesObject } from '../../../../engine/kubernetes/client.js';
import type { NodeSelectorTerm, Pod } from '../../model/scheduled-objects.js';

/** Zone labels of CSI drivers; they are matched against the zone label of the node. */
const ZONE_NAMES = new Set([
  'failure-domain.beta.kubernetes.io/zone',
  'topology.diskplugin.csi.alibabacloud.com/zone',
]);
const ZONE = 'topology.kubernetes.io/zone';

interface Claim extends KubernetesObject {
  readonly spec?: { readonly volumeName?: string };
}
interface Volume extends KubernetesObject {
  readonly spec?: {
    readonly nodeAffinity?: {
      readonly required?: { readonly nodeSelectorTerms?: readonly NodeSelectorTerm[] };
    };
  };
}

/** Adds the node affinity of their volumes to the pods; reads nothing if no pod has a volume claim. */
export async function withVolumeNodeAffinity(client: KubernetesClient, pods: readonly Pod[]): Promise<Pod[]> {
  if (pods.every((pod) => claimsOf(pod).length === 0)) return [...pods];
  const [claims, volumes] = await Promise.all([
    client.all<Claim>('/api/v1/persistentvolumeclaims'),
    client.all<Volume>('/api/v1/persistentvolumes'),
  ]);
  const volumeOf = new Map(
    claims.map(({ metadata, spec }) => [`${metadata?.namespace}/${metadata?.name}`, spec?.volumeName]),
  );
  const byName = new Map(volumes.map((volume) => [volume.metadata?.name, volume]));
  return pods.map((pod) => {
    const mine = claimsOf(pod).map((name) => byName.get(volumeOf.get(`${pod.metadata?.namespace}/${name}`)));
    const volumeTerms = mine.map(termsOf).filter(({ length }) => length > 0);
    return volumeTerms.length > 0 ? { ...pod, volumeTerms } : pod;
  });
}

function claimsOf({ spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

/** An unbound claim does not restrict the node. */
function termsOf(volume: Volume | undefined): NodeSelectorTerm[] {
  const terms = volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return terms.map(({ matchExpressions = [] }) => ({
    matchExpressions: matchExpressions.map((requirement) => ({
      ...requirement,
      key: ZONE_NAMES.has(requirement.key) ? ZONE : requirement.key,
    })),
  }));
}
