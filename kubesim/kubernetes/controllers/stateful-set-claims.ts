import type { ClusterContext } from '../cluster/context.js';
import { create, updateByController } from '../cluster/write.js';
import { report } from '../cluster/controlled-pods.js';
import type { Pod, PodSpec } from '../kinds/core.js';
import { controlledBy, type OwnerReference } from '../kinds/object.js';
import { conflict } from '../kinds/status.js';
import { type VolumeClaim, volumeClaims } from '../kinds/volumes.js';
import type { StatefulSet } from '../kinds/workloads.js';
import { sameJson } from '../../../kernel/same-json.js';

/** Creates the missing claims of a pod of the StatefulSet. Throws ApiError. */
export function ensureClaims(cluster: ClusterContext, set: StatefulSet, ordinal: number): void {
  for (const { name, template } of claimsOf(set, ordinal)) {
    const existing = cluster.store.get(volumeClaims, set.metadata.namespace ?? '', name);
    // The pod waits until the old claim is gone.
    if (existing?.metadata.deletionTimestamp) throw conflict(volumeClaims, name);
    if (existing) continue;
    create(cluster, volumeClaims, {
      ...template,
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...template.metadata,
        name,
        namespace: set.metadata.namespace,
        labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
        ...ownersOf(set, undefined),
      },
    });
    const message = `create Claim ${name} Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name} success`;
    report(cluster, set, { reason: 'SuccessfulCreate', message });
  }
}

/** The volumes of a pod: its claims replace the volumes of the template with the same names. */
export function volumesWithClaims(set: StatefulSet, ordinal: number, spec: PodSpec): PodSpec['volumes'] {
  const claims = claimsOf(set, ordinal).map(({ volume, name }) => ({
    name: volume,
    persistentVolumeClaim: { claimName: name },
  }));
  const names = new Set(claims.map(({ name }) => name));
  return [...claims, ...(spec.volumes ?? []).filter(({ name }) => !names.has(name))];
}

/** Sets the owners of the claims of a pod by the retention policy; `condemned` pods are removed by a smaller scale. */
export function retainClaims(
  cluster: ClusterContext,
  set: StatefulSet,
  { pod, ordinal, condemned }: { readonly pod: Pod; readonly ordinal: number; readonly condemned: boolean },
): void {
  for (const { name } of claimsOf(set, ordinal)) {
    const claim = cluster.store.get(volumeClaims, set.metadata.namespace ?? '', name);
    if (!claim) continue;
    const { ownerReferences } = ownersOf(set, condemned ? pod : undefined);
    const own = claim.metadata.ownerReferences?.filter(
      ({ kind }) => kind === 'StatefulSet' || kind === 'Pod',
    );
    if (sameJson(own ?? [], ownerReferences ?? [])) continue;
    updateByController(cluster, volumeClaims, claim, (object) => ({
      ...object,
      metadata: { ...object.metadata, ownerReferences },
    }));
  }
}

/** The owner that deletes a claim with it: the StatefulSet or a condemned pod; none to keep the claim. */
function ownersOf(
  set: StatefulSet,
  condemned: Pod | undefined,
): { readonly ownerReferences?: readonly OwnerReference[] } {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (condemned && whenScaled === 'Delete') return { ownerReferences: [controlledBy(condemned)] };
  return whenDeleted === 'Delete' ? { ownerReferences: [controlledBy(set)] } : {};
}

interface Claim {
  readonly volume: string;
  readonly name: string;
  readonly template: Pick<VolumeClaim, 'spec'> & { readonly metadata: Partial<VolumeClaim['metadata']> };
}

function claimsOf({ spec, metadata }: StatefulSet, ordinal: number): Claim[] {
  return (spec.volumeClaimTemplates ?? []).map((template) => {
    const volume = template.metadata.name ?? '';
    return { volume, name: `${volume}-${metadata.name}-${ordinal}`, template };
  });
}
