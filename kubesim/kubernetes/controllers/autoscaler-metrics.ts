import type { ClusterContext } from '../cluster/context.js';
import type { AutoscalerSpec, Metric, Source, Target } from '../kinds/autoscaler-rules.js';
import type { MetricStatus } from '../kinds/autoscaler-targets.js';
import type { Container, Pod } from '../kinds/core.js';
import { quantity } from '../kinds/quantity.js';
import { isTolerated } from './autoscaler-rates.js';

/** Simulated seconds in which a new pod's CPU counts only after it has become ready, and the window of metrics. */
const INITIALIZATION_SECONDS = 300;
const WINDOW_SECONDS = 30;
const READINESS_DELAY_SECONDS = 30;

/** Why a metric gives no number of pods: reason of the condition, and message. */
export class MetricProblem extends Error {
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** The number of pods that a metric asks for. */
export interface Proposal {
  readonly replicas: number;
  /** The metric, as in events. */
  readonly name: string;
  readonly status: MetricStatus;
}

/** The pods that an autoscaler scales. */
export interface ScaledPods {
  readonly spec: AutoscalerSpec;
  readonly current: number;
  readonly pods: readonly Pod[];
}

/** The number of pods that a metric asks for. Throws MetricProblem. */
export function proposalOf(cluster: ClusterContext, metric: Metric, scaled: ScaledPods): Proposal {
  const source = sourceOf(metric);
  if (!source) throw unknownMetric(metric);
  const { name, target } = source;
  const isUsage = target?.averageValue !== undefined;
  try {
    const { replicas, current } = resourceReplicas(cluster, source, scaled);
    const text = `${name}${metric.type === 'Resource' ? '' : ' container'} resource`;
    const status = statusOf(source, current);
    return { replicas, name: isUsage ? text : `${text} utilization (percentage of request)`, status };
  } catch (error) {
    if (!(error instanceof Unmeasured)) throw error;
    const message = `failed to get ${name} ${isUsage ? 'usage' : 'utilization'}: ${error.message}`;
    throw new MetricProblem(`FailedGet${metric.type}Metric`, message);
  }
}

/** The resource of a metric; undefined for other metrics. */
function sourceOf({ type, resource, containerResource }: Metric): Source | undefined {
  if (type === 'Resource') return resource;
  return type === 'ContainerResource' ? containerResource : undefined;
}

function statusOf({ name = '', container }: Source, current: Measure['current']): MetricStatus {
  return container === undefined
    ? { type: 'Resource', resource: { name, current } }
    : { type: 'ContainerResource', containerResource: { name, container, current } };
}

/** Without an adapter, no API has other metrics than those of resources. */
function unknownMetric({ type = '', pods, object, external }: Metric): MetricProblem {
  const name = (pods ?? object ?? external)?.metric?.name ?? '';
  const api = type === 'External' ? 'external' : 'custom';
  const missing = `no ${api} metrics API (${api}.metrics.k8s.io) registered`;
  const why = `unable to fetch metrics from ${api} metrics API: ${missing}`;
  return new MetricProblem(`FailedGet${type}Metric`, `unable to get metric ${name}: ${why}`);
}

/** The usage of pods cannot be compared with the target. */
class Unmeasured extends Error {}

/** Usage by the name of the pod, in thousandths. */
type UsageByPod = Map<string, number>;

interface Measure {
  /** Usage in units of the target. */
  readonly ratio: number;
  readonly current: { readonly averageUtilization?: number; readonly averageValue: string };
}

/** The usage of the pods by their names, of which there is at least one. */
function requiredUsage(cluster: ClusterContext, source: Source, pods: readonly Pod[]): UsageByPod {
  const usage = usageOf(cluster, source, pods);
  if (usage.size > 0) return usage;
  const why = 'no metrics returned from resource metrics API';
  throw new Unmeasured(`unable to get metrics for resource ${source.name}: ${why}`);
}

/** Drops the usage of pods that is not their usual one. Throws Unmeasured if none remains. */
function keepReady(usage: UsageByPod, { ready }: PodGroups): void {
  for (const pod of usage.keys()) if (!ready.has(pod)) usage.delete(pod);
  if (usage.size === 0)
    throw new Unmeasured('did not receive metrics for targeted pods (pods might be unready)');
}

function resourceReplicas(
  cluster: ClusterContext,
  source: Source,
  scaled: ScaledPods,
): { readonly replicas: number; readonly current: Measure['current'] } {
  const { name = '', target = {} } = source;
  const usage = requiredUsage(cluster, source, scaled.pods);
  const groups = grouped(cluster, name, scaled.pods, usage);
  const { ready, unready, missing } = groups;
  keepReady(usage, groups);
  const requests = target.averageValue === undefined ? requestsOf(source, scaled.pods) : undefined;
  const measure = () => measured(name, target, { usage, requests });
  const { ratio, current } = measure();
  const countUnready = unready.size > 0 && ratio > 1;
  if (!countUnready && missing.size === 0) {
    const replicas = isTolerated(scaled.spec, ratio) ? scaled.current : Math.ceil(ratio * ready.size);
    return { replicas, current };
  }
  assumeUsage(usage, groups, { ratio, assumed: (pod) => assumedUsage(target, requests?.get(pod)) });
  return { replicas: cautious(scaled, { ratio, next: measure().ratio, counted: usage.size }), current };
}

/** Pods without metrics use nothing when pods are added, and their request or the target when pods are removed. */
function assumeUsage(
  usage: UsageByPod,
  { missing, unready }: PodGroups,
  { ratio, assumed }: { readonly ratio: number; assumed(pod: string): number },
): void {
  for (const pod of missing) usage.set(pod, ratio < 1 ? assumed(pod) : 0);
  if (ratio > 1) for (const pod of unready) usage.set(pod, 0);
}

function assumedUsage({ averageValue, averageUtilization = 100 }: Target, request = 0): number {
  return averageValue === undefined
    ? (request * Math.max(100, averageUtilization)) / 100
    : milli(quantity(averageValue));
}

/** The number of pods by a ratio with assumed usages, unless that turns the direction. */
function cautious(
  { spec, current }: ScaledPods,
  { ratio, next, counted }: { readonly ratio: number; readonly next: number; readonly counted: number },
): number {
  const turned = (ratio < 1 && next > 1) || (ratio > 1 && next < 1);
  if (isTolerated(spec, next) || turned) return current;
  const replicas = Math.ceil(next * counted);
  return (next < 1 && replicas > current) || (next > 1 && replicas < current) ? current : replicas;
}

function milli(amount: number): number {
  return Math.ceil(amount * 1000 - 1e-6);
}

function usageOf(cluster: ClusterContext, { name, container }: Source, pods: readonly Pod[]): UsageByPod {
  const now = cluster.clock.now();
  const usage: UsageByPod = new Map();
  if (name !== 'cpu' && name !== 'memory') return usage;
  for (const pod of pods) {
    if (pod.status.phase !== 'Running') continue;
    const amounts = containersOf(pod, container).map(
      (each) => cluster.kubelets.containerUsage(pod, each, now)[name],
    );
    usage.set(pod.metadata.name, milli(amounts.reduce((sum, amount) => sum + amount, 0)));
  }
  return usage;
}

function containersOf({ spec }: Pod, container: string | undefined): Container[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...spec.containers, ...sidecars].filter(
    ({ name }) => container === undefined || name === container,
  );
}

function requestsOf({ name = '', container }: Source, pods: readonly Pod[]): UsageByPod {
  return new Map(pods.map((pod) => [pod.metadata.name, requestOf(pod, name, container)]));
}

function requestOf(pod: Pod, resource: string, container: string | undefined): number {
  const containers = containersOf(pod, container);
  if (containers.length === 0)
    throw new Unmeasured(`container ${container} not found in Pod ${pod.metadata.name}`);
  return containers.reduce((sum, { name, resources }) => {
    const request = resources?.requests?.[resource];
    if (request === undefined)
      throw new Unmeasured(
        `missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`,
      );
    return sum + milli(quantity(request));
  }, 0);
}

interface PodGroups {
  readonly ready: ReadonlySet<string>;
  readonly unready: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
}

/** Groups the pods by whether their metrics count; those that end are in no group. */
function grouped(
  cluster: ClusterContext,
  resource: string,
  pods: readonly Pod[],
  usage: UsageByPod,
): PodGroups {
  const groups = { ready: new Set<string>(), unready: new Set<string>(), missing: new Set<string>() };
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp || pod.status.phase === 'Failed') continue;
    if (pod.status.phase === 'Pending') groups.unready.add(name);
    else if (!usage.has(name)) groups.missing.add(name);
    else if (resource === 'cpu' && isWarmingUp(cluster, pod)) groups.unready.add(name);
    else groups.ready.add(name);
  }
  return groups;
}

/** Whether the CPU of the pod says nothing yet: it starts, or has never been ready. */
function isWarmingUp(cluster: ClusterContext, { status }: Pod): boolean {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  if (!ready || status.startTime === undefined) return true;
  const now = cluster.clock.now().getTime();
  const after = (time: string | undefined, seconds: number) =>
    Date.parse(time ?? '') + cluster.scaled(seconds);
  const isUnready = ready.status === 'False';
  if (after(status.startTime, INITIALIZATION_SECONDS) > now)
    return isUnready || now < after(ready.lastTransitionTime, WINDOW_SECONDS);
  const changed = Date.parse(ready.lastTransitionTime ?? '');
  return isUnready && after(status.startTime, READINESS_DELAY_SECONDS) > changed;
}

function measured(
  resource: string,
  { averageValue, averageUtilization = 0 }: Target,
  { usage, requests }: { readonly usage: UsageByPod; readonly requests: UsageByPod | undefined },
): Measure {
  const total = [...usage.values()].reduce((sum, value) => sum + value, 0);
  const average = Math.trunc(total / usage.size);
  const value = { averageValue: resource === 'memory' ? String(Math.ceil(average / 1000)) : `${average}m` };
  if (!requests) return { ratio: average / milli(quantity(averageValue)), current: value };
  const requested = [...usage.keys()].reduce((sum, pod) => sum + (requests.get(pod) ?? 0), 0);
  if (requested === 0) throw new Unmeasured('no metrics returned matched known pods');
  const utilization = Math.trunc((total * 100) / requested);
  return { ratio: utilization / averageUtilization, current: { averageUtilization: utilization, ...value } };
}
