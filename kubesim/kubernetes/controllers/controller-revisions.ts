import type { ClusterContext } from '../cluster/context.js';
import { create, updateByController } from '../cluster/write.js';
import { type ControllerRevision, controllerRevisions } from '../kinds/controller-revisions.js';
import type { PodTemplate } from '../kinds/core.js';
import { controlledBy, isJson } from '../kinds/object.js';
import { collidedHash } from '../kinds/template-hash.js';
import type { DaemonSet, StatefulSet } from '../kinds/workloads.js';

const DEFAULT_HISTORY_LIMIT = 10;

/** The label of a revision with the hash of its template. */
const HASH_LABEL: Readonly<Record<string, string>> = {
  DaemonSet: 'controller-revision-hash',
  StatefulSet: 'controller.kubernetes.io/hash',
};

/** Records the template of a StatefulSet or DaemonSet; returns its revision, the newest one. */
export function recordRevision(cluster: ClusterContext, owner: StatefulSet | DaemonSet): ControllerRevision {
  const { namespace = '', name, uid } = owner.metadata;
  const own = [...cluster.store.ownedOf(controllerRevisions, uid)];
  for (let collisions = 0; ; collisions += 1) {
    const hash = collidedHash(owner.spec.template, collisions);
    const existing = cluster.store.get(controllerRevisions, namespace, `${name}-${hash}`);
    if (!existing) return createRevision(cluster, owner, { hash, revision: newest(own) + 1 });
    if (own.includes(existing)) return renew(cluster, existing, own);
  }
}

/** The template of a revision; undefined if the revision is not stored. */
export function templateOfRevision(revision: ControllerRevision | undefined): PodTemplate | undefined {
  if (!revision) return undefined;
  const { $patch: _replace, ...template } = revision.data.spec.template;
  return template;
}

/** Deletes the oldest revisions above the limit of the owner, except those that pods have. */
export function removeOldRevisions(
  cluster: ClusterContext,
  owner: StatefulSet | DaemonSet,
  used: ReadonlySet<string>,
): void {
  const unused = [...cluster.store.ownedOf(controllerRevisions, owner.metadata.uid)]
    .filter(({ metadata }) => !used.has(metadata.name))
    .sort((a, b) => a.revision - b.revision);
  const surplus = unused.length - (owner.spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT);
  for (const revision of unused.slice(0, Math.max(0, surplus)))
    cluster.store.remove(controllerRevisions, revision);
}

function createRevision(
  cluster: ClusterContext,
  owner: StatefulSet | DaemonSet,
  { hash, revision }: { readonly hash: string; readonly revision: number },
): ControllerRevision {
  const { template } = owner.spec;
  const { name, namespace } = owner.metadata;
  return create(cluster, controllerRevisions, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...template.metadata?.labels, [HASH_LABEL[owner.kind] ?? '']: hash },
      ownerReferences: [controlledBy(owner)],
    },
    // Clients compare the bytes of a revision with the sorted fields of a template.
    data: { spec: { template: sorted({ ...template, $patch: 'replace' }) as typeof template } },
    revision,
  });
}

/** A JSON value whose objects have sorted fields. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJson(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** After a rollback, the revision of the earlier template becomes the newest. */
function renew(
  cluster: ClusterContext,
  existing: ControllerRevision,
  own: readonly ControllerRevision[],
): ControllerRevision {
  if (existing.revision === newest(own)) return existing;
  const revision = newest(own) + 1;
  return updateByController(cluster, controllerRevisions, existing, (object) => ({ ...object, revision }));
}

function newest(own: readonly ControllerRevision[]): number {
  return Math.max(0, ...own.map(({ revision }) => revision));
}
