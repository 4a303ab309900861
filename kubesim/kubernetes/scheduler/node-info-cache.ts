import type { Node, Pod } from '../kinds/core.js';
import { hasEnded } from '../kinds/pods.js';
import { allocatableOf, requestsOf, type Amounts } from './fit.js';
import type { NodeInfo } from './node-info.js';
import { cardUsage } from './gpu-share.js';

/** A pod that uses resources of a node, or is nominated to. */
interface Placed {
  readonly node: string;
  readonly requests: Amounts;
  readonly pod: Pod;
}

/** Free resources of the nodes and their pods, updated by each change. */
export class NodeInfoCache {
  private readonly nodes = new Map<string, NodeInfo>();
  private readonly placed = new Map<string, Placed>();
  private readonly byNode = new Map<string, Map<string, Pod>>();
  private readonly nominated = new Map<string, Placed>();
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

  /** The pods that use resources of a node. */
  podsOn(name: string): Pod[] {
    return [...(this.byNode.get(name)?.values() ?? [])];
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
    const { nodeName } = pod.spec;
    this.nominate(pod, deleted || !!nodeName);
    if (deleted || !nodeName || hasEnded(pod)) return this.unplace(uid);
    const there = this.byNode.get(nodeName) ?? new Map<string, Pod>();
    this.byNode.set(nodeName, there.set(uid, pod));
    if (this.placed.has(uid)) return false;
    const podRequests = requestsOf(pod);
    const requests = { ...podRequests, ...cardUsage(pod, podRequests) };
    this.placed.set(uid, { node: nodeName, requests, pod });
    this.add(nodeName, requests, 1);
    return false;
  }

  /** Frees what a pod used; false if it used nothing. */
  private unplace(uid: string): boolean {
    const before = this.placed.get(uid);
    if (!before) return false;
    this.add(before.node, before.requests, -1);
    this.placed.delete(uid);
    const there = this.byNode.get(before.node);
    there?.delete(uid);
    if (there?.size === 0) this.byNode.delete(before.node);
    return true;
  }

  /** What the node's pods use and, of those nominated to it, the pods that are at least as important. */
  usedFor({ metadata, spec }: Pod, { node, used }: NodeInfo): Amounts {
    if (this.nominated.size === 0) return used;
    const total = { ...used };
    for (const [uid, { node: nominatedNode, requests, pod }] of this.nominated) {
      if (nominatedNode !== node.metadata.name || uid === metadata.uid) continue;
      if ((pod.spec.priority ?? 0) < (spec.priority ?? 0)) continue;
      for (const [name, amount] of Object.entries(requests)) total[name] = (total[name] ?? 0) + amount;
    }
    return total;
  }

  private nominate(pod: Pod, isOver: boolean): void {
    const { uid } = pod.metadata;
    const node = pod.status.nominatedNodeName;
    if (isOver || !node) this.nominated.delete(uid);
    else this.nominated.set(uid, { node, requests: requestsOf(pod), pod });
  }

  private add(node: string, requests: Amounts, sign: 1 | -1): void {
    const used = this.nodes.get(node)?.used ?? this.early.get(node) ?? {};
    for (const [name, amount] of Object.entries(requests)) used[name] = (used[name] ?? 0) + sign * amount;
    if (this.nodes.has(node)) return;
    if ((used['pods'] ?? 0) > 0) this.early.set(node, used);
    else this.early.delete(node);
  }
}
