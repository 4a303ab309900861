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

  constructor(private readonly cluster: ClusterContext) {}

  /** Forgets the taints of a deleted node. */
  forget(nodeName: string): void {
    this.seen.delete(nodeName);
  }

  /** Deletes the pods whose toleration has expired; `again` is called when that of the next one does. */
  evict(node: Node, again: () => void): void {
    const taints = endingTaints(node);
    const now = this.cluster.clock.now().getTime();
    const times = this.timesOf(node, taints, now);
    if (taints.length === 0) return;
    let next = Infinity;
    for (const pod of this.cluster.store.all(pods)) {
      if (pod.spec.nodeName !== node.metadata.name) continue;
      const at = Math.min(
        ...taints.map((taint) => this.toleratedUntil(pod, taint, times.get(keyOf(taint)) ?? now)),
      );
      if (at > now) next = Math.min(next, at);
      else if (!pod.metadata.deletionTimestamp)
        deleteObject(this.cluster, pods, markDisrupted(this.cluster, pod, TAINTED));
    }
    if (next < Infinity) this.cluster.timers.at(next, again);
  }

  private timesOf(node: Node, taints: readonly Taint[], now: number): ReadonlyMap<string, number> {
    const before = this.seen.get(node.metadata.name);
    const times = new Map(
      taints.map((taint) => {
        const added = taint.timeAdded ? Date.parse(taint.timeAdded) : undefined;
        return [keyOf(taint), added ?? before?.get(keyOf(taint)) ?? now];
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
