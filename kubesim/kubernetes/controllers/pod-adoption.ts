import { sameJson } from '../../../kernel/same-json.js';
import { activePods } from '../cluster/controlled-pods.js';
import type { ClusterContext } from '../cluster/context.js';
import { updateByController } from '../cluster/write.js';
import type { Pod } from '../kinds/core.js';
import { controlledBy, controllerOf, type KubeObject, type LabelSelector } from '../kinds/object.js';
import { isActive, pods } from '../kinds/pods.js';
import { matchesLabels } from '../kinds/selector.js';

type Labels = KubeObject['metadata']['labels'];

/** The active pods that no controller owns, by namespace and name. */
export class OrphanPods {
  private readonly byNamespace = new Map<string, Map<string, Labels>>();

  private constructor(private readonly cluster: ClusterContext) {}

  /** Follows the pods of a cluster, and calls `onOrphan` for each that has lost its controller or changed its labels. */
  static follow(cluster: ClusterContext, onOrphan: (pod: KubeObject) => void): OrphanPods {
    const orphans = new OrphanPods(cluster);
    for (const pod of cluster.store.all(pods)) orphans.add(pod);
    cluster.store.onChange(pods, ({ type, object }) => {
      if (type !== 'DELETED' && orphans.add(object as Pod)) onOrphan(object);
      else if (type === 'DELETED') orphans.remove(object);
    });
    return orphans;
  }

  /** The orphans of a namespace that the selector selects. */
  of(namespace: string, selector: LabelSelector): Pod[] {
    const names = [...(this.byNamespace.get(namespace) ?? [])].filter(([, labels]) =>
      matchesLabels(selector, labels),
    );
    return names.flatMap(([name]) => this.cluster.store.get(pods, namespace, name) ?? []);
  }

  /** Whether the pod is a new orphan, or one with new labels. */
  private add(pod: Pod): boolean {
    if (controllerOf(pod) || !isActive(pod)) return this.remove(pod);
    const { namespace = '', name, labels } = pod.metadata;
    const known = this.byNamespace.get(namespace) ?? new Map<string, Labels>();
    this.byNamespace.set(namespace, known);
    if (known.has(name) && sameJson(known.get(name), labels)) return false;
    known.set(name, labels);
    return true;
  }

  private remove({ metadata: { namespace = '', name } }: KubeObject): false {
    const known = this.byNamespace.get(namespace);
    known?.delete(name);
    if (known?.size === 0) this.byNamespace.delete(namespace);
    return false;
  }
}

/** What a controller selects its pods by. */
export interface Claimant {
  readonly owner: KubeObject;
  readonly selector: LabelSelector;
}

/** The active pods of a controller, after it has released those that it no longer selects and adopted new ones. */
export function claimPods(
  cluster: ClusterContext,
  orphans: OrphanPods,
  { owner, selector }: Claimant,
): Pod[] {
  const { namespace = '', uid } = owner.metadata;
  for (const pod of activePods(cluster, owner))
    if (!matchesLabels(selector, pod.metadata.labels))
      changeOwners(cluster, pod, (owners) => owners.filter((each) => each.uid !== uid));
  for (const pod of orphans.of(namespace, selector))
    changeOwners(cluster, pod, (owners) => [...owners, controlledBy(owner)]);
  return activePods(cluster, owner);
}

type Owners = NonNullable<KubeObject['metadata']['ownerReferences']>;

function changeOwners(cluster: ClusterContext, pod: Pod, change: (owners: Owners) => Owners): void {
  updateByController(cluster, pods, pod, (object) => {
    const owners = change(object.metadata.ownerReferences ?? []);
    const ownerReferences = owners.length > 0 ? owners : undefined;
    return { ...object, metadata: { ...object.metadata, ownerReferences } };
  });
}
