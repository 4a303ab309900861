import type { Node, Pod } from '../kinds/core.js';
import { matchesTerm, toleratesTaint } from './fit.js';
import type { NodeInfo } from './node-info.js';
import { type NodeScore, podAffinityScores, type Placement } from './pod-affinity.js';
import { topologySpreadScores } from './topology-spread.js';

/** Weights of the scores, as kube-scheduler has them. */
const WEIGHTS = { load: 1, nodeAffinity: 2, podAffinity: 2, spread: 2, taints: 3 };

/** The best of feasible nodes. Each score is scaled to its range among them. */
export function bestOf(
  candidates: readonly NodeInfo[],
  pod: Pod,
  placement: Placement,
): NodeInfo | undefined {
  if (candidates.length < 2) return candidates[0];
  const scored = scoresOf(pod, placement).map(({ weight, score }) => scaled(candidates, weight, score));
  let best: { readonly entry: NodeInfo; readonly total: number } | undefined;
  candidates.forEach((entry, index) => {
    const load = WEIGHTS.load * (1 - loadOf(entry));
    const total = scored.reduce((sum, values) => sum + (values[index] ?? 0), load);
    if (!best || total > best.total) best = { entry, total };
  });
  return best?.entry;
}

function scoresOf(pod: Pod, placement: Placement): { readonly weight: number; readonly score: NodeScore }[] {
  const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const all = (weight: number, scores: readonly NodeScore[]) => scores.map((score) => ({ weight, score }));
  return [
    { weight: WEIGHTS.taints, score: (node: Node) => -avoidedTaints(pod, node) },
    ...all(
      WEIGHTS.nodeAffinity,
      preferred.map(
        ({ weight, preference }) =>
          (node) =>
            matchesTerm(preference, node) ? weight : 0,
      ),
    ),
    ...all(WEIGHTS.podAffinity, podAffinityScores(pod, placement)),
    ...all(WEIGHTS.spread, topologySpreadScores(pod, placement)),
  ];
}

function scaled(candidates: readonly NodeInfo[], weight: number, score: NodeScore): number[] {
  const values = candidates.map(({ node }) => score(node));
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return range === 0 ? values.map(() => 0) : values.map((value) => (weight * (value - least)) / range);
}

/** Taints that the pod should avoid. */
function avoidedTaints({ spec: { tolerations = [] } }: Pod, { spec: { taints = [] } }: Node): number {
  return taints.filter(
    (taint) =>
      taint.effect === 'PreferNoSchedule' &&
      !tolerations.some((toleration) => toleratesTaint(toleration, taint)),
  ).length;
}

/** Load of a node: the mean of CPU, memory and pods. */
function loadOf({ allocatable, used }: NodeInfo): number {
  const part = (name: string) => (used[name] ?? 0) / Math.max(allocatable[name] ?? 0, 1e-9);
  return (part('cpu') + part('memory') + part('pods')) / 3;
}
