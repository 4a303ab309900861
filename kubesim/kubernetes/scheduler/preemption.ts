import { budgetSelects } from '../cluster/disruption.js';
import type { ClusterContext } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import type { Pod } from '../kinds/core.js';
import { podDisruptionBudgets } from '../kinds/disruption-budgets.js';
import { timestamp, withCondition } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import { requestsOf, shortages, type Amounts } from './fit.js';
import type { NodeInfo } from './node-info.js';
import type { NodeInfoCache } from './node-info-cache.js';

/** The most nodes that are examined, as kube-scheduler does in small clusters. */
const MAX_NODES = 100;

/** The pods of a node that have to end for another one. */
interface Candidate {
  readonly entry: NodeInfo;
  readonly victims: readonly Pod[];
  /** Victims whose budget does not allow it. */
  readonly violations: number;
}

/**
 * Deletes pods of lower priority from the node where that does the least harm, and nominates the node. Returns whether
 * it did. `isSuitable` says whether only resources are missing on a node.
 */
export function preempt(
  cluster: ClusterContext,
  nodeInfos: NodeInfoCache,
  pod: Pod,
  isSuitable: (entry: NodeInfo) => boolean,
): Pod | undefined {
  if (pod.spec.preemptionPolicy === 'Never' || isWaitingForVictims(nodeInfos, pod)) return undefined;
  const budgets = [...cluster.store.all(podDisruptionBudgets)];
  const allowed = (victim: Pod) =>
    budgets.every((budget) => !budgetSelects(budget, victim) || (budget.status?.disruptionsAllowed ?? 0) > 0);
  const candidates: Candidate[] = [];
  for (const entry of nodeInfos.entries()) {
    if (candidates.length >= MAX_NODES) break;
    const candidate = isSuitable(entry) ? candidateOf(nodeInfos, entry, { pod, allowed }) : undefined;
    if (candidate) candidates.push(candidate);
  }
  const best = candidates.reduce<Candidate | undefined>(
    (least, each) => (least && compare(least, each) <= 0 ? least : each),
    undefined,
  );
  return best && evictVictims(cluster, pod, best);
}

/** Whether a pod that has preempted others waits for one of them to end. */
export function isWaitingForVictims(nodeInfos: NodeInfoCache, pod: Pod): boolean {
  const { nominatedNodeName } = pod.status;
  if (!nominatedNodeName) return false;
  return nodeInfos
    .podsOn(nominatedNodeName)
    .some((other) => !!other.metadata.deletionTimestamp && mayPreempt(pod, other));
}

/** Whether a pod is more important than another one. */
export function mayPreempt(pod: Pod, other: Pod): boolean {
  return priorityOf(other) < priorityOf(pod);
}

function priorityOf({ spec }: Pod): number {
  return spec.priority ?? 0;
}

interface Preemptor {
  readonly pod: Pod;
  readonly allowed: (victim: Pod) => boolean;
}

/** The fewest and least important pods whose end makes room; undefined if none does. */
function candidateOf(
  nodeInfos: NodeInfoCache,
  entry: NodeInfo,
  { pod, allowed }: Preemptor,
): Candidate | undefined {
  const lower = nodeInfos.podsOn(entry.node.metadata.name).filter((other) => mayPreempt(pod, other));
  if (lower.length === 0) return undefined;
  const requests = requestsOf(pod);
  const used: Record<string, number> = { ...entry.used };
  const add = (amounts: Amounts, sign: 1 | -1) => {
    for (const [name, amount] of Object.entries(amounts)) used[name] = (used[name] ?? 0) + sign * amount;
  };
  const fits = () => shortages(requests, entry.allocatable, used).length === 0;
  for (const victim of lower) add(requestsOf(victim), -1);
  if (!fits()) return undefined;
  // Those that a budget protects and the important ones get their place back first.
  const order = lower.sort(
    (a, b) =>
      Number(allowed(a)) - Number(allowed(b)) || priorityOf(b) - priorityOf(a) || startOf(a) - startOf(b),
  );
  const victims = order.filter((victim) => {
    add(requestsOf(victim), 1);
    if (fits()) return false;
    add(requestsOf(victim), -1);
    return true;
  });
  return { entry, victims, violations: victims.filter((victim) => !allowed(victim)).length };
}

function startOf({ status }: Pod): number {
  return Date.parse(status.startTime ?? '') || 0;
}

/** Fewer violated budgets, then less important, fewer and younger victims. */
function compare(a: Candidate, b: Candidate): number {
  const highest = ({ victims }: Candidate) => Math.max(...victims.map(priorityOf));
  const sum = ({ victims }: Candidate) =>
    victims.reduce((total, victim) => total + priorityOf(victim) + 2 ** 31, 0);
  const earliest = ({ victims }: Candidate) => Math.min(...victims.map(startOf));
  return (
    a.violations - b.violations ||
    highest(a) - highest(b) ||
    sum(a) - sum(b) ||
    a.victims.length - b.victims.length ||
    earliest(b) - earliest(a)
  );
}

function evictVictims(cluster: ClusterContext, pod: Pod, { entry, victims }: Candidate): Pod {
  const { name } = entry.node.metadata;
  const by = { component: 'default-scheduler', action: 'Preempting' };
  for (const victim of victims) {
    const condition = {
      ...{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' },
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
      lastProbeTime: null,
    };
    const conditions = withCondition(victim.status.conditions, condition, timestamp(cluster.clock.now()));
    const marked = cluster.store.put(pods, { ...victim, status: { ...victim.status, conditions } });
    cluster.events.record(marked, {
      ...{ ...by, type: 'Normal', reason: 'Preempted' },
      message: `Preempted by pod ${pod.metadata.uid} on node ${name}`,
    });
    deleteObject(cluster, pods, marked);
  }
  return cluster.store.put(pods, { ...pod, status: { ...pod.status, nominatedNodeName: name } });
}
