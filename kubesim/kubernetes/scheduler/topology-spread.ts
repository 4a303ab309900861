import type { Pod, TopologySpreadConstraint } from '../kinds/core.js';
import { matchesNode, tolerates } from './fit.js';
import type { NodeInfo } from './node-info.js';
import type { NodeCheck, NodeScore, Placement } from './pod-affinity.js';
import { spreadTerm } from './pod-term.js';

/** The checks of the spread constraints that must be satisfied. */
export function topologySpreadChecks(pod: Pod, placement: Placement): NodeCheck[] {
  const constraints = constraintsOf(pod, 'DoNotSchedule');
  return constraints.map((constraint) => spreadCheck(pod, constraint, { constraints, placement }));
}

/** The scores of the spread constraints that should be satisfied: domains with fewer pods are better. */
export function topologySpreadScores(pod: Pod, placement: Placement): NodeScore[] {
  const constraints = constraintsOf(pod, 'ScheduleAnyway');
  return constraints.map((constraint) => {
    const { domains } = domainsOf(pod, constraint, { constraints, placement });
    return ({ metadata: { labels } }) => -(domains.get(labels?.[constraint.topologyKey] ?? '') ?? 0);
  });
}

function constraintsOf({ spec }: Pod, whenUnsatisfiable: string): TopologySpreadConstraint[] {
  return (spec.topologySpreadConstraints ?? []).filter(
    (each) => each.whenUnsatisfiable === whenUnsatisfiable,
  );
}

interface Spread {
  readonly constraints: readonly TopologySpreadConstraint[];
  readonly placement: Placement;
}

function spreadCheck(pod: Pod, constraint: TopologySpreadConstraint, spread: Spread): NodeCheck {
  const { topologyKey, maxSkew, minDomains = 1 } = constraint;
  const { domains, isSelf } = domainsOf(pod, constraint, spread);
  const least = domains.size < minDomains ? 0 : Math.min(...domains.values());
  return ({ metadata: { labels } }) => {
    const value = labels?.[topologyKey];
    if (value === undefined)
      return "node(s) didn't match pod topology spread constraints (missing required label)";
    const count = (domains.get(value) ?? 0) + (isSelf ? 1 : 0);
    return count - least > maxSkew ? "node(s) didn't match pod topology spread constraints" : undefined;
  };
}

/** Number of selected pods in each domain of the nodes that the constraint counts. */
function domainsOf(pod: Pod, constraint: TopologySpreadConstraint, { constraints, placement }: Spread) {
  const term = spreadTerm(pod, constraint);
  const counts = placement.counts.countsOf(term);
  const domains = new Map<string, number>();
  for (const { node } of placement.entries()) {
    const value = node.metadata.labels?.[constraint.topologyKey];
    if (value === undefined || !isCounted(pod, constraint, { node, constraints })) continue;
    domains.set(value, (domains.get(value) ?? 0) + (counts.get(node.metadata.name) ?? 0));
  }
  return { domains, isSelf: term.selects(pod) };
}

function isCounted(
  { spec }: Pod,
  { nodeAffinityPolicy, nodeTaintsPolicy }: TopologySpreadConstraint,
  { node, constraints }: Pick<NodeInfo, 'node'> & Pick<Spread, 'constraints'>,
): boolean {
  const { labels } = node.metadata;
  if (!constraints.every(({ topologyKey }) => labels?.[topologyKey] !== undefined)) return false;
  if (nodeAffinityPolicy !== 'Ignore' && !matchesNode(spec, node)) return false;
  return nodeTaintsPolicy !== 'Honor' || tolerates(spec.tolerations, node.spec.taints);
}
