import { throwProblem } from '../../../kernel/result.js';

/** Maximum number of points of a series. */
export const MAX_POINTS = 1_000;
/** Maximum number of points per series with a series for each node. */
export const MAX_NODE_POINTS = 200;
/** Points of a series without the argument `step`. */
const DEFAULT_POINTS = 60;

/** Names of metrics and their units. */
export const metricUnits = {
  cpu_usage: 'cores',
  memory_usage: 'bytes',
  nodes: 'count',
  pods: 'count',
} as const;
export type MetricName = keyof typeof metricUnits;
export const metricNames = Object.keys(metricUnits) as MetricName[];

/** Values over a range of time; the GraphQL type of the same name describes the fields. */
export interface MetricSeries {
  readonly name: MetricName;
  readonly unit: (typeof metricUnits)[MetricName];
  readonly labels: Readonly<Record<string, string>>;
  readonly points: { readonly at: Date; readonly value: number }[];
}

export interface MetricRange {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  /** Seconds, a whole number of at least 1. */
  readonly step: number;
}

/**
 * Validates a range of time. Throws INVALID_INPUT for an empty range, a step below a second, or more points than
 * `maxPoints`.
 */
export function metricRange(from: Date, to: Date, step: number | null, maxPoints = MAX_POINTS): MetricRange {
  const seconds = (to.getTime() - from.getTime()) / 1000;
  if (seconds <= 0) throwProblem('INVALID_INPUT', 'from must be before to.', { path: ['from'] });
  const chosen = step ?? Math.max(1, Math.ceil(seconds / DEFAULT_POINTS));
  if (chosen < 1) throwProblem('INVALID_INPUT', 'step must be at least 1 second.', { path: ['step'] });
  const points = Math.ceil(seconds / chosen);
  if (points > maxPoints) {
    throwProblem(
      'INVALID_INPUT',
      `A series may have ${maxPoints} points, this would be ${points}. Take a longer step.`,
      { path: ['step'] },
    );
  }
  return { from, to, step: chosen };
}

/** The subject of samples of the cluster itself; other subjects are its nodes and workloads. */
export const CLUSTER_SUBJECT = '';

export function nodeSubject(name: string): string {
  return `node/${name}`;
}

/** `KIND/namespace/name`, the key of workloads in engine/kubernetes/pod-owners.ts. */
export function workloadSubject({
  kind,
  namespace,
  name,
}: {
  kind: string;
  namespace: string;
  name: string;
}): string {
  return `${kind}/${namespace}/${name}`;
}

/** The labels of a subject's series. */
export function labelsOf(subject: string): Record<string, string> {
  return subject.startsWith('node/') ? { node: subject.slice('node/'.length) } : {};
}
