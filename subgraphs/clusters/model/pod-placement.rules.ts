import { parseQuantity } from '../../../kernel/kubernetes/quantity.js';
import type {
  Container,
  NodeSelectorTerm,
  Pod,
  PodSpec,
  Requirement,
  Taint,
  Toleration,
} from './scheduled-objects.js';

/** Amounts by resource name: cores, bytes, pods, GPUs. */
export type ResourceAmounts = Readonly<Record<string, number>>;

/** An existing or possible node with its free amounts. */
export interface CandidateNode {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly free: ResourceAmounts;
}

/** Tolerance for rounding errors of floating-point sums. */
const EPSILON = 1e-9;

/**
 * The requests that the Kubernetes scheduler counts for a pod: the sum of its containers or its largest init
 * container, whichever is more, and one pod.
 */
export function requestsOf({ containers = [], initContainers = [] }: PodSpec): ResourceAmounts {
  const total = containers.map(requestsOfContainer).reduce(plus, {});
  const first = initContainers.map(requestsOfContainer).reduce(most, {});
  return { ...most(total, first), pods: 1 };
}

function requestsOfContainer({ resources }: Container): ResourceAmounts {
  return toResourceAmounts({ ...resources?.limits, ...resources?.requests });
}

/** Parses Kubernetes quantities; invalid ones become 0. */
export function toResourceAmounts(quantities: Readonly<Record<string, string>> = {}): ResourceAmounts {
  return Object.fromEntries(
    Object.entries(quantities).map(([name, text]) => [name, parseQuantity(text) || 0]),
  );
}

function plus(a: ResourceAmounts, b: ResourceAmounts): ResourceAmounts {
  return merged(a, b, (amount, other) => amount + other);
}

export function subtractAmounts(a: ResourceAmounts, b: ResourceAmounts): ResourceAmounts {
  return merged(a, b, (amount, other) => amount - other);
}

function most(a: ResourceAmounts, b: ResourceAmounts): ResourceAmounts {
  return merged(a, b, Math.max);
}

function merged(
  a: ResourceAmounts,
  b: ResourceAmounts,
  by: (amount: number, other: number) => number,
): ResourceAmounts {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, by(a[name] ?? 0, b[name] ?? 0)]));
}

/**
 * Whether a pod can run on the node: enough free resources, the labels match the pod and its volumes, and the pod
 * tolerates the taints.
 */
export function fits({ spec = {}, volumeTerms = [] }: Pod, { labels, taints, free }: CandidateNode): boolean {
  const room = Object.entries(requestsOf(spec)).every(
    ([name, amount]) => amount <= 0 || amount <= (free[name] ?? 0) + EPSILON,
  );
  return (
    room &&
    matchesLabels(spec, labels) &&
    volumeTerms.every((terms) => matchesAny(terms, labels)) &&
    toleratesAll(spec.tolerations ?? [], taints)
  );
}

/** The node with its free amounts reduced by the pod's requests. */
export function withPod<P extends CandidateNode>(place: P, { spec = {} }: Pod): P {
  return { ...place, free: subtractAmounts(place.free, requestsOf(spec)) };
}

function matchesLabels({ nodeSelector = {}, affinity }: PodSpec, labels: CandidateNode['labels']): boolean {
  if (!Object.entries(nodeSelector).every(([key, value]) => labels[key] === value)) return false;
  const terms =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return matchesAny(terms, labels);
}

function matchesAny(terms: readonly NodeSelectorTerm[], labels: CandidateNode['labels']): boolean {
  return (
    terms.length === 0 ||
    terms.some(({ matchExpressions = [] }) =>
      matchExpressions.every((requirement) => satisfies(labels, requirement)),
    )
  );
}

function satisfies(labels: CandidateNode['labels'], { key, operator, values = [] }: Requirement): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function toleratesAll(tolerations: readonly Toleration[], taints: readonly Taint[]): boolean {
  return taints.every(
    (taint) =>
      taint.effect === 'PreferNoSchedule' || tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}

function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (operator === 'Exists') return !key || key === taint.key;
  return key === taint.key && (value ?? '') === (taint.value ?? '');
}
