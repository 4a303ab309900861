import { sameJson } from '../../../kernel/same-json.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { replaceStatus, updateByController } from '../cluster/write.js';
import { deployments, replicaSets, statefulSets } from '../kinds/apps.js';
import { type Autoscaler, autoscalers } from '../kinds/autoscalers.js';
import type { MetricStatus } from '../kinds/autoscaler-targets.js';
import type { Pod } from '../kinds/core.js';
import { timestamp, withCondition, type Condition, type KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import { replicationControllers } from '../kinds/replication-controllers.js';
import { groupVersion, type ResourceType } from '../kinds/resource.js';
import { notFound } from '../kinds/status.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { MetricProblem, type Proposal, proposalOf } from './autoscaler-metrics.js';
import { normalize, ScalingHistory } from './autoscaler-rates.js';

/** Simulated seconds between two reads of the metrics. */
const SYNC_SECONDS = 15;

/** Scales the target of each HorizontalPodAutoscaler by the usage of its pods. */
export function horizontalPodAutoscalerController(cluster: ClusterContext): Controller {
  const histories = new Map<string, ScalingHistory>();
  const queue = cluster.queue('horizontal-pod-autoscaler', (key) => {
    const autoscaler = cluster.store.get(autoscalers, ...splitKey(key));
    if (!autoscaler) return;
    const { uid } = autoscaler.metadata;
    const history = histories.get(uid) ?? new ScalingHistory();
    histories.set(uid, history);
    reconcile(cluster, autoscaler, history);
    queue.addAt(key, cluster.clock.now().getTime() + cluster.scaled(SYNC_SECONDS));
  });
  return {
    start() {
      cluster.store.onChange(autoscalers, ({ type, object, previous }) => {
        if (type === 'DELETED') histories.delete(object.metadata.uid);
        // Its status changes with the metrics.
        else if (!sameJson((object as Autoscaler).spec, (previous as Autoscaler | undefined)?.spec))
          queue.add(keyOf(object));
      });
      for (const autoscaler of cluster.store.all(autoscalers)) queue.add(keyOf(autoscaler));
    },
  };
}

interface Scalable extends KubeObject {
  readonly spec: { readonly replicas?: number };
}

const SCALABLE = [deployments, replicaSets, statefulSets, replicationControllers] as readonly ResourceType[];

/** What an autoscaler scales. */
interface ScaleTarget {
  readonly type: ResourceType<Scalable>;
  readonly object: Scalable;
  readonly replicas: number;
}

/** The target of an autoscaler, or why it cannot be scaled. */
function targetOf({ store }: ClusterContext, { metadata, spec }: Autoscaler): ScaleTarget | string {
  const { apiVersion, kind, name } = { apiVersion: 'v1', kind: '', name: '', ...spec.scaleTargetRef };
  const found = SCALABLE.find((type) => type.kind === kind && groupVersion(type) === apiVersion);
  if (!found)
    return `no matches for kind "${kind}" in group "${apiVersion.split('/').slice(0, -1).join('/')}"`;
  const type = found as ResourceType<Scalable>;
  const object = store.get<Scalable>(type, metadata.namespace ?? '', name);
  return object ? { type, object, replicas: object.spec.replicas ?? 1 } : notFound(type, name).message;
}

/** What an autoscaler decides: a number of pods, and what its status says of it. */
interface Decision {
  readonly replicas: number;
  /** Why the number changes. */
  readonly reason: string;
  readonly conditions: readonly Condition[];
  readonly metrics: readonly MetricStatus[];
  /** No metric could be computed. */
  readonly failed?: boolean;
}

function reconcile(cluster: ClusterContext, autoscaler: Autoscaler, history: ScalingHistory): void {
  const target = targetOf(cluster, autoscaler);
  if (typeof target === 'string') {
    const message = `the HPA controller was unable to get the target's current scale: ${target}`;
    report(cluster, autoscaler, 'FailedGetScale', target);
    updateStatus(cluster, autoscaler, [condition('AbleToScale', 'False', 'FailedGetScale', message)], {});
    return;
  }
  const now = cluster.clock.now().getTime() / cluster.scaled(1);
  history.begin(target.replicas, now);
  const decision = decide(cluster, autoscaler, { target, history, now });
  const { replicas: currentReplicas } = target;
  const desiredReplicas = decision.failed ? autoscaler.status?.desiredReplicas : decision.replicas;
  const isChanged = !decision.failed && decision.replicas !== currentReplicas;
  if (isChanged) rescale(cluster, autoscaler, { target, decision, history, now });
  const message = `the HPA controller was able to update the target scale to ${decision.replicas}`;
  const conditions = [
    condition('AbleToScale', 'True', 'SucceededGetScale', ABLE),
    ...decision.conditions,
    ...(isChanged ? [condition('AbleToScale', 'True', 'SucceededRescale', message)] : []),
  ];
  updateStatus(cluster, autoscaler, conditions, {
    currentReplicas,
    desiredReplicas,
    currentMetrics: decision.metrics.length > 0 ? decision.metrics : undefined,
    ...(isChanged ? { lastScaleTime: timestamp(cluster.clock.now()) } : {}),
  });
}

const ABLE = "the HPA controller was able to get the target's current scale";

interface Work {
  readonly target: ScaleTarget;
  readonly history: ScalingHistory;
  /** Simulated seconds. */
  readonly now: number;
}

function rescale(
  cluster: ClusterContext,
  autoscaler: Autoscaler,
  { target, history, now, decision }: Work & { readonly decision: Decision },
): void {
  const { replicas, reason } = decision;
  updateByController(cluster, target.type, target.object, (object) => ({
    ...object,
    spec: { ...object.spec, replicas },
  }));
  report(cluster, autoscaler, 'SuccessfulRescale', `New size: ${replicas}; reason: ${reason}`);
  history.change(replicas - target.replicas, now);
}

/** The number of pods that is right now: within the bounds, and by the metrics if the current number is. */
function decide(cluster: ClusterContext, autoscaler: Autoscaler, work: Work): Decision {
  const { minReplicas = 1, maxReplicas = 1 } = autoscaler.spec;
  const { replicas } = work.target;
  const bound = { conditions: [], metrics: autoscaler.status?.currentMetrics ?? [] };
  if (replicas === 0 && minReplicas > 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    const disabled = condition('ScalingActive', 'False', 'ScalingDisabled', message);
    return { replicas: 0, reason: '', conditions: [disabled], metrics: [] };
  }
  const above = 'Current number of replicas above Spec.MaxReplicas';
  if (replicas > maxReplicas) return { ...bound, replicas: maxReplicas, reason: above };
  const below = 'Current number of replicas below Spec.MinReplicas';
  if (replicas < minReplicas) return { ...bound, replicas: minReplicas, reason: below };
  return decideByMetrics(cluster, autoscaler, work);
}

function decideByMetrics(cluster: ClusterContext, autoscaler: Autoscaler, work: Work): Decision {
  const { spec } = autoscaler;
  const { replicas: current } = work.target;
  const scaled = { spec, current, pods: podsOf(cluster, work.target) };
  const results = (spec.metrics ?? []).map((metric) => attempt(() => proposalOf(cluster, metric, scaled)));
  const problems = results.filter((result) => result instanceof MetricProblem);
  const proposals = results.filter((result): result is Proposal => !(result instanceof MetricProblem));
  // A metric that could not be measured keeps its place.
  const metrics = results.map((result) => (result instanceof MetricProblem ? UNMEASURED : result.status));
  for (const { reason, message } of problems) report(cluster, autoscaler, reason, message);
  const [problem] = problems;
  const [best] = proposals.toSorted((a, b) => b.replicas - a.replicas);
  // With a metric unknown, pods may be added but not removed.
  if (!best || (problem && best.replicas < current)) {
    const message = `the HPA was unable to compute the replica count: ${problem?.message}`;
    const inactive = condition('ScalingActive', 'False', problem?.reason ?? '', message);
    const first = `invalid metrics (${problems.length} invalid out of ${results.length}), first error is: ${problem?.message}`;
    report(cluster, autoscaler, 'FailedComputeMetricsReplicas', first);
    return { replicas: current, reason: '', conditions: [inactive], metrics, failed: true };
  }
  return { ...normalized(autoscaler, best, work), metrics };
}

const UNMEASURED: MetricStatus = { type: '' };

function normalized(
  { spec }: Autoscaler,
  { replicas: proposed, name }: Proposal,
  { target, history, now }: Work,
): Omit<Decision, 'metrics'> {
  const current = target.replicas;
  const { replicas, stabilized, limit } = normalize(spec, history, { current, proposed, now });
  const able = stabilized ?? {
    reason: 'ReadyForNewScale',
    message: 'recommended size matches current size',
  };
  const active = `the HPA was able to successfully calculate a replica count from ${name}`;
  return {
    replicas,
    reason: proposed > current ? `${name} above target` : 'All metrics below target',
    conditions: [
      condition('ScalingActive', 'True', 'ValidMetricFound', active),
      condition('AbleToScale', 'True', able.reason, able.message),
      condition('ScalingLimited', limit.isLimited ? 'True' : 'False', limit.reason, limit.message),
    ],
  };
}

function attempt(propose: () => Proposal): Proposal | MetricProblem {
  try {
    return propose();
  } catch (error) {
    if (error instanceof MetricProblem) return error;
    throw error;
  }
}

/** The pods of a target: those that it, or a ReplicaSet of it, owns. */
function podsOf({ store }: ClusterContext, { object }: ScaleTarget): Pod[] {
  const owners = [object, ...store.ownedOf(replicaSets, object.metadata.uid)];
  return owners.flatMap(({ metadata }) => [...store.ownedOf(pods, metadata.uid)]);
}

function condition(type: string, status: string, reason: string, message: string): Condition {
  return { type, status, reason, message };
}

function updateStatus(
  cluster: ClusterContext,
  autoscaler: Autoscaler,
  conditions: readonly Condition[],
  counts: Omit<NonNullable<Autoscaler['status']>, 'conditions'>,
): void {
  const at = timestamp(cluster.clock.now());
  const all = conditions.reduce<readonly Condition[] | undefined>(
    (list, each) => withCondition(list, each, at),
    autoscaler.status?.conditions,
  );
  replaceStatus(cluster, autoscalers, autoscaler, { ...autoscaler.status, ...counts, conditions: all });
}

function report(cluster: ClusterContext, autoscaler: Autoscaler, reason: string, message: string): void {
  const type = reason === 'SuccessfulRescale' ? 'Normal' : 'Warning';
  cluster.events.record(autoscaler, { type, component: 'horizontal-pod-autoscaler', reason, message });
}
