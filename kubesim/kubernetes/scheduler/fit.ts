import type { Node, NodeSelectorTerm, Pod, PodSpec, Taint, Toleration } from '../kinds/core.js';
import type { Requirement } from '../kinds/object.js';
import { quantity } from '../kinds/quantity.js';
import { satisfies } from '../kinds/selector.js';

/** Amounts by resource name: cores, bytes, pods, GPUs. */
export type Amounts = Readonly<Record<string, number>>;

/** Requests of a pod: the sum of its containers' requests (limits where requests are omitted), and one pod. */
export function requestsOf({ spec }: Pick<Pod, 'spec'>): Amounts {
  const total: Record<string, number> = { pods: 1 };
  for (const { resources } of spec.containers) {
    for (const [name, amount] of Object.entries({ ...resources?.limits, ...resources?.requests })) {
      total[name] = (total[name] ?? 0) + quantity(amount);
    }
  }
  return total;
}

/** Allocatable resources of a node. */
export function allocatableOf(node: Node): Amounts {
  return Object.fromEntries(
    Object.entries(node.status.allocatable ?? {}).map(([name, text]) => [name, quantity(text)]),
  );
}

/** The resources that are insufficient on the node, e.g. `['cpu']`. */
export function shortages(requests: Amounts, allocatable: Amounts, used: Amounts): string[] {
  return Object.entries(requests).flatMap(([name, amount]) =>
    amount > 0 && (used[name] ?? 0) + amount > (allocatable[name] ?? 0) + 1e-9 ? [name] : [],
  );
}

/** Whether the node matches the pod's nodeSelector and required node affinity. */
export function matchesNode(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  const selected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const terms = requiredTerms(spec);
  return selected && (!terms || terms.some((term) => matchesTerm(term, node)));
}

/** The nodes of the pod's affinity by name, as set by DaemonSets; undefined: all nodes. */
export function namedNodes(spec: PodSpec): readonly string[] | undefined {
  const names = requiredTerms(spec)?.map(
    ({ matchFields = [] }) =>
      matchFields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In')?.values,
  );
  return names?.every((values) => values !== undefined) ? names.flat() : undefined;
}

function requiredTerms({ affinity }: PodSpec): readonly NodeSelectorTerm[] | undefined {
  return affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
}

/** Whether the node matches a term of a node selector. */
export function matchesTerm(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  node: Node,
): boolean {
  const fields = { 'metadata.name': node.metadata.name };
  const all = (list: readonly Requirement[], values: Readonly<Record<string, string>> | undefined) =>
    list.every((requirement) => satisfies(values, requirement));
  return (
    matchExpressions.length + matchFields.length > 0 &&
    all(matchExpressions, node.metadata.labels) &&
    all(matchFields, fields)
  );
}

/** The first taint that the pod does not tolerate, if any. */
export function untolerated(
  tolerations: readonly Toleration[] | undefined,
  taints: readonly Taint[] | undefined,
): Taint | undefined {
  return taints?.find(
    (taint) =>
      taint.effect !== 'PreferNoSchedule' &&
      !tolerations?.some((toleration) => toleratesTaint(toleration, taint)),
  );
}

/** Whether the pod tolerates the taints. */
export function tolerates(
  tolerations: readonly Toleration[] | undefined,
  taints: readonly Taint[] | undefined,
): boolean {
  return untolerated(tolerations, taints) === undefined;
}

/** Whether a toleration matches a taint. */
export function toleratesTaint({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (operator === 'Exists') return !key || key === taint.key;
  return key === taint.key && (value ?? '') === (taint.value ?? '');
}
