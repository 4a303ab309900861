import type { ClusterContext } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { markDisrupted } from '../cluster/disruption.js';
import type { Node, Pod, Taint } from '../kinds/core.js';
import { pods } from '../kinds/pods.js';
import { toleratesTaint } from '../scheduler/fit.js';

const TAINTED = {
  reason: 'DeletionByTaintManager',
  message: 'Taint manager: deleting due to NoExecute taint',
};

/** The taints of a node that end its pods. */
export function endingTaints(node: Node | undefined): readonly Taint[] {
  return node?.spec.taints?.filter(({ effect }) => effect === 'NoExecute') ?? [];
}

/** Deletes pods that do not, or no longer, tolerate a taint of their node. */
export class TaintEviction {
  /** Times at which taints without a time of their own were first seen, by node and taint. */
  private readonly seen = new Map<string, ReadonlyMap<string, number>>();
  /** Uids of the pods that are to be deleted later, by node. */
  private readonly pending = new Map<string, ReadonlySet<string>>();

  constructor(private readonly cluster: ClusterContext) {}

  /** Forgets the taints of a deleted node. */
  forget(nodeName: string): void {
    this.seen.delete(nodeName);
    this.pending.delete(nodeName);
  }

  /** Deletes the pods whose toleration has expired; calls `again` with the time at which that of the next one does. */
  evict(node: Node, again: (at: number) => void): void {
    const taints = endingTaints(node);
    const now = this.cluster.clock.now().getTime();
    const times = this.timesOf(node, taints, now);
    const { name } = node.metadata;
    const before = this.pending.get(name) ?? new Set<string>();
    if (taints.length === 0 && before.size === 0) return;
    const untilOf = (pod: Pod) =>
      Math.min(...taints.map((taint) => this.toleratedUntil(pod, taint, times.get(keyOf(taint)) ?? now)));
    const ends = [...this.cluster.store.all(pods)]
      .filter(({ spec, metadata }) => spec.nodeName === name && !metadata.deletionTimestamp)
      .map((pod) => ({ pod, at: untilOf(pod) }));
    for (const { pod, at } of ends) {
      if (at <= now) this.delete(pod);
      else if (at === Infinity && before.has(pod.metadata.uid)) this.report(pod, 'Cancelling deletion of');
    }
    const later = ends.filter(({ at }) => at > now && at < Infinity);
    if (later.length === 0) return void this.pending.delete(name);
    this.pending.set(name, new Set(later.map(({ pod }) => pod.metadata.uid)));
    again(Math.min(...later.map(({ at }) => at)));
  }

  private delete(pod: Pod): void {
    this.report(pod, 'Marking for deletion');
    deleteObject(this.cluster, pods, markDisrupted(this.cluster, pod, TAINTED));
  }

  private report(pod: Pod, what: string): void {
    const { namespace = '', name } = pod.metadata;
    this.cluster.events.record(pod, {
      ...{ type: 'Normal', reason: 'TaintManagerEviction', component: 'taint-eviction-controller' },
      message: `${what} Pod ${namespace}/${name}`,
    });
  }

  private timesOf(node: Node, taints: readonly Taint[], now: number): ReadonlyMap<string, number> {
    const before = this.seen.get(node.metadata.name);
    const times = new Map(
      taints.map((taint) => {
        const added = Date.parse(taint.timeAdded ?? '');
        // That of a taint has whole seconds, and is needed after a restart.
        return [keyOf(taint), before?.get(keyOf(taint)) ?? (now - added > 1_000 ? added : now)];
      }),
    );
    if (times.size > 0) this.seen.set(node.metadata.name, times);
    else this.seen.delete(node.metadata.name);
    return times;
  }

  private toleratedUntil({ spec }: Pod, taint: Taint, since: number): number {
    const matching = (spec.tolerations ?? []).filter((toleration) => toleratesTaint(toleration, taint));
    if (matching.length === 0) return 0;
    const seconds = matching.map(({ tolerationSeconds }) => tolerationSeconds ?? Infinity);
    return since + this.cluster.scaled(Math.min(...seconds));
  }
}

function keyOf({ key, value, effect }: Taint): string {
  return `${key}=${value ?? ''}:${effect}`;
}
