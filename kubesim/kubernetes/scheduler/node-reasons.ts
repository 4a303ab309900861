import type { Pod } from '../kinds/core.js';
import { GPU_MEMORY } from '../kinds/gpu-resources.js';
import { type Amounts, matchesNode, namedNodes, requestsOf, shortages, untolerated } from './fit.js';
import { hasCard } from './gpu-share.js';
import type { NodeInfo } from './node-info.js';
import type { NodeInfoCache } from './node-info-cache.js';
import type { NodeCheck } from './pod-affinity.js';
import { isWaitingForVictims, mayPreempt } from './preemption.js';

/** What keeps a pod from nodes besides the nodes themselves. */
interface Unscheduled {
  readonly checks: readonly NodeCheck[];
  /** Whether it has preempted others. */
  readonly isNominated: boolean;
}

/** A pod without a node, with the resources that it requests. */
interface PodRequest {
  readonly pod: Pod;
  readonly requests: Amounts;
  readonly checks: readonly NodeCheck[];
  readonly named: readonly string[] | undefined;
}

/** Why a node does not suit a pod. */
interface Unsuitable {
  readonly reasons: readonly string[];
  /** Whether the end of other pods of the node could help. */
  readonly isResolvable: boolean;
}

/** Why no node is feasible, with the message of kube-scheduler. */
export function explain(nodeInfos: NodeInfoCache, pod: Pod, { checks, isNominated }: Unscheduled): string {
  if (nodeInfos.size === 0) return 'no nodes available to schedule pods';
  const request = { pod, requests: requestsOf(pod), checks, named: namedNodes(pod.spec) };
  const reasons = new Counts();
  const preemption = new Counts();
  for (const entry of nodeInfos.entries()) {
    const unsuitable = unsuitability(nodeInfos, entry, request);
    for (const reason of unsuitable.reasons) reasons.add(reason);
    for (const reason of preemptionReasons(nodeInfos, entry, pod, unsuitable)) preemption.add(reason);
  }
  const available = (counts: Counts) => `0/${nodeInfos.size} nodes are available: ${counts.text()}.`;
  if (isNominated) return available(reasons);
  const why = ineligibility(nodeInfos, pod) ?? available(preemption);
  return `${available(reasons)} no new claims to deallocate, preemption: ${why}`;
}

/** Why the pod preempts no others at all; undefined if it may. */
function ineligibility(nodeInfos: NodeInfoCache, pod: Pod): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  return isWaitingForVictims(nodeInfos, pod)
    ? 'not eligible due to a terminating pod on the nominated node.'
    : undefined;
}

/** Numbers of nodes by reason. */
class Counts {
  private readonly counts = new Map<string, number>();

  add(reason: string): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
  }

  text(): string {
    return [...this.counts]
      .map(([reason, count]) => `${count} ${reason}`)
      .sort()
      .join(', ');
  }
}

/** Why the end of other pods of a node does not help. */
function preemptionReasons(
  nodeInfos: NodeInfoCache,
  { node }: NodeInfo,
  pod: Pod,
  { reasons, isResolvable }: Unsuitable,
): readonly string[] {
  if (!isResolvable) return ['Preemption is not helpful for scheduling'];
  const hasVictims = nodeInfos.podsOn(node.metadata.name).some((other) => mayPreempt(pod, other));
  return hasVictims ? reasons : ['No preemption victims found for incoming pod'];
}

function unsuitability(
  nodeInfos: NodeInfoCache,
  entry: NodeInfo,
  { pod, requests, checks, named }: PodRequest,
): Unsuitable {
  if (named && !named.includes(entry.node.metadata.name))
    return { reasons: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"], isResolvable: false };
  const reason = nodeReason(entry, pod);
  if (reason !== undefined) return { reasons: [reason], isResolvable: false };
  const short = shortages(requests, entry.allocatable, nodeInfos.usedFor(pod, entry));
  // The node has enough memory, but none of its cards has.
  if (short.length === 0 && !hasCard(entry, requests)) short.push(GPU_MEMORY);
  if (short.length > 0)
    return {
      reasons: short.map((name) => (name === 'pods' ? 'Too many pods' : `Insufficient ${name}`)),
      isResolvable: shortages(requests, entry.allocatable, {}).length === 0,
    };
  const [first] = checks.flatMap((check) => check(entry.node) ?? []);
  if (first === undefined) return { reasons: [], isResolvable: false };
  return { reasons: [first], isResolvable: !UNRESOLVABLE.test(first) };
}

/** What pods that end on a node do not change: that others run there, or the labels of the node. */
const UNRESOLVABLE = /didn't match pod affinity rules|missing required label/;

/** Why the node itself does not suit the pod; undefined if it does. */
export function nodeReason({ node }: NodeInfo, { spec }: Pod): string | undefined {
  const { unschedulable, taints } = node.spec;
  const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  if (unschedulable && untolerated(spec.tolerations, [cordon])) return 'node(s) were unschedulable';
  const taint = untolerated(
    spec.tolerations,
    taints?.filter(({ key }) => !unschedulable || key !== cordon.key),
  );
  if (taint) return 'node(s) had untolerated taint(s)';
  return matchesNode(spec, node) ? undefined : "node(s) didn't match Pod's node affinity/selector";
}
