import type { Node, Pod } from '../kinds/core.js';
import type { NodeInfo } from './node-info.js';
import type { CountsByNode, PodCounts } from './pod-counts.js';
import { affinityTerm, type NamespaceLabels, type PodTerm } from './pod-term.js';

/** Why a node is not feasible, as kube-scheduler says it; undefined if it is. */
export type NodeCheck = (node: Node) => string | undefined;

/** How much a node is wanted; more is better. */
export type NodeScore = (node: Node) => number;

/** What the checks of pods need besides the pod. */
export interface Placement {
  readonly counts: PodCounts;
  readonly labelsOf: NamespaceLabels;
  node(name: string): NodeInfo | undefined;
  entries(): readonly NodeInfo[];
}

/** Number of pods by the value of a label of their nodes. */
function countsByDomain(
  { topologyKey }: PodTerm,
  counts: CountsByNode,
  placement: Placement,
): Map<string, number> {
  const domains = new Map<string, number>();
  for (const [name, count] of counts) {
    const value = placement.node(name)?.node.metadata.labels?.[topologyKey];
    if (value !== undefined) domains.set(value, (domains.get(value) ?? 0) + count);
  }
  return domains;
}

/** The checks of required affinity and anti-affinity between pods; none for a pod that has none and is repelled by none. */
export function podAffinityChecks(pod: Pod, placement: Placement): NodeCheck[] {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const required = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const forbidden = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const { counts, labelsOf } = placement;
  const terms = (list: typeof required) => list.map((each) => affinityTerm(pod, each, labelsOf));
  return [
    ...attraction(pod, terms(required), placement),
    ...terms(forbidden).map((term) =>
      repulsion(
        term,
        countsByDomain(term, counts.countsOf(term), placement),
        "node(s) didn't match pod anti-affinity rules",
      ),
    ),
    ...counts
      .repellingTerms(pod)
      .map(({ term, counts: nodes }) =>
        repulsion(
          term,
          countsByDomain(term, nodes, placement),
          "node(s) didn't satisfy existing pods anti-affinity rules",
        ),
      ),
  ];
}

function attraction(pod: Pod, terms: readonly PodTerm[], placement: Placement): NodeCheck[] {
  if (terms.length === 0) return [];
  const domains = terms.map((term) => countsByDomain(term, placement.counts.countsOf(term), placement));
  // The first pod of a group that wants to be near itself runs anywhere.
  const isFirst = domains.every(({ size }) => size === 0) && terms.every((term) => term.selects(pod));
  return terms.map((term, index) => ({ metadata: { labels } }) => {
    const value = labels?.[term.topologyKey];
    const isNear = value !== undefined && (isFirst || (domains[index]?.get(value) ?? 0) > 0);
    return isNear ? undefined : "node(s) didn't match pod affinity rules";
  });
}

function repulsion(
  { topologyKey }: PodTerm,
  domains: ReadonlyMap<string, number>,
  reason: string,
): NodeCheck {
  return ({ metadata: { labels } }) => {
    const value = labels?.[topologyKey];
    return value !== undefined && (domains.get(value) ?? 0) > 0 ? reason : undefined;
  };
}

/** The scores of preferred affinity and anti-affinity between pods. */
export function podAffinityScores(pod: Pod, placement: Placement): NodeScore[] {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const score = (
    list: NonNullable<typeof podAffinity>['preferredDuringSchedulingIgnoredDuringExecution'],
    sign: 1 | -1,
  ) =>
    (list ?? []).map(({ weight, podAffinityTerm }): NodeScore => {
      const term = affinityTerm(pod, podAffinityTerm, placement.labelsOf);
      const domains = countsByDomain(term, placement.counts.countsOf(term), placement);
      return ({ metadata: { labels } }) =>
        sign * weight * (domains.get(labels?.[term.topologyKey] ?? '') ?? 0);
    });
  return [
    ...score(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, 1),
    ...score(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, -1),
  ];
}
