import type { Node, Pod } from '../kinds/core.js';
import { hasEnded } from '../kinds/pods.js';
import { allocatableOf, requestsOf, type Amounts } from './fit.js';
import type { NodeInfo } from './node-info.js';
import { cardUsage } from './gpu-share.js';

/** Free resources of the nodes, updated by each change. */
export class NodeInfoCache {
  private readonly nodes = new Map<string, NodeInfo>();
  private readonly placed = new Map<string, { readonly node: string; readonly requests: Amounts }>();
  /** Resources used on nodes that are not known yet. */
  private readonly early = new Map<string, Record<string, number>>();

  /** The entries as a list, created on first use. */
  private list: readonly NodeInfo[] | undefined;

  get size(): number {
    return this.nodes.size;
  }

  entries(): readonly NodeInfo[] {
    this.list ??= [...this.nodes.values()];
    return this.list;
  }

  entry(name: string): NodeInfo | undefined {
    return this.nodes.get(name);
  }

  setNode(node: Node): void {
    const { name } = node.metadata;
    const info = this.nodes.get(name);
    const used = info?.used ?? this.early.get(name) ?? {};
    this.list = undefined;
    this.nodes.set(name, { node, allocatable: allocatableOf(node), used });
    this.early.delete(name);
  }

  removeNode(name: string): void {
    const info = this.nodes.get(name);
    if (info) this.early.set(name, info.used);
    this.list = undefined;
    this.nodes.delete(name);
  }

  /** Records the node of a pod. Returns whether resources became free. */
  setPod(pod: Pod, deleted: boolean): boolean {
    const { uid } = pod.metadata;
    const before = this.placed.get(uid);
    const counts = !deleted && !!pod.spec.nodeName && !hasEnded(pod);
    if (before && !counts) {
      this.add(before.node, before.requests, -1);
      this.placed.delete(uid);
      return true;
    }
    if (!before && counts && pod.spec.nodeName) {
      const podRequests = requestsOf(pod);
      const requests = { ...podRequests, ...cardUsage(pod, podRequests) };
      this.placed.set(uid, { node: pod.spec.nodeName, requests });
      this.add(pod.spec.nodeName, requests, 1);
    }
    return false;
  }

  private add(node: string, requests: Amounts, sign: 1 | -1): void {
    const used = this.nodes.get(node)?.used ?? this.early.get(node) ?? {};
    for (const [name, amount] of Object.entries(requests)) used[name] = (used[name] ?? 0) + sign * amount;
    if (this.nodes.has(node)) return;
    if ((used['pods'] ?? 0) > 0) this.early.set(node, used);
    else this.early.delete(node);
  }
}
