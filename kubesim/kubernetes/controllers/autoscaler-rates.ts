import type { AutoscalerSpec, ScalingRules } from '../kinds/autoscaler-rules.js';
import { quantity } from '../kinds/quantity.js';

/** A number of pods at a time in simulated seconds. */
interface Sample {
  readonly at: number;
  readonly replicas: number;
}

/** Simulated seconds of the longest window of an autoscaler, and of the one for removals that says none. */
const LONGEST_WINDOW = 3_600;
const DOWN_WINDOW = 300;
/** Part of the target by which a metric may differ without a change. */
const TOLERANCE = 0.1;

/** What an autoscaler has recommended, added and removed. */
export class ScalingHistory {
  private recommendations: Sample[] = [];
  private changes: Sample[] = [];

  /** Records the size of the target before the first recommendation. */
  begin(replicas: number, now: number): void {
    if (this.recommendations.length === 0) this.recommend(replicas, now);
  }

  recommend(replicas: number, now: number): void {
    this.recommendations = [...recent(this.recommendations, now, LONGEST_WINDOW), { at: now, replicas }];
  }

  /** Records a change: positive if pods were added. */
  change(replicas: number, now: number): void {
    this.changes = [...recent(this.changes, now, LONGEST_WINDOW), { at: now, replicas }];
  }

  /** The recommendations of the last seconds. */
  recommended(now: number, seconds: number): number[] {
    return recent(this.recommendations, now, seconds).map(({ replicas }) => replicas);
  }

  /** The pods that were added, less those that were removed, in the last seconds. */
  changed(now: number, seconds: number): number {
    return recent(this.changes, now, seconds).reduce((sum, { replicas }) => sum + replicas, 0);
  }
}

function recent(samples: readonly Sample[], now: number, seconds: number): Sample[] {
  return samples.filter(({ at }) => at > now - seconds);
}

/** Why another number of pods than the proposed one is right. */
interface Limit {
  readonly reason: string;
  readonly message: string;
}

/** A number of pods within the windows, rates and bounds of an autoscaler. */
export interface Normalized {
  readonly replicas: number;
  /** Present if an earlier recommendation counts instead of the proposal. */
  readonly stabilized: Limit | undefined;
  readonly limit: Limit & { readonly isLimited: boolean };
}

/** The proposed and the current number of pods at a time in simulated seconds. */
export interface Scaling {
  readonly current: number;
  readonly proposed: number;
  readonly now: number;
}

/** Normalizes a proposal by earlier recommendations, then by the rates and bounds of the autoscaler. */
export function normalize(spec: AutoscalerSpec, history: ScalingHistory, scaling: Scaling): Normalized {
  const { current, proposed } = scaling;
  const stable = stabilized(spec, history, scaling);
  history.recommend(proposed, scaling.now);
  const isUp = spec.behavior !== undefined && proposed >= current;
  const { replicas, ...limit } = limited(spec, history, { ...scaling, proposed: stable });
  return {
    replicas,
    stabilized: stable === proposed ? undefined : isUp ? UP_STABILIZED : DOWN_STABILIZED,
    limit: { ...limit, isLimited: replicas !== stable },
  };
}

const UP_STABILIZED: Limit = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const DOWN_STABILIZED: Limit = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};

function stabilized({ behavior }: AutoscalerSpec, history: ScalingHistory, scaling: Scaling): number {
  const { current, proposed, now } = scaling;
  const window = (rules: ScalingRules | undefined, seconds: number) =>
    history.recommended(now, rules?.stabilizationWindowSeconds ?? seconds);
  const highest = Math.max(proposed, ...window(behavior?.scaleDown, DOWN_WINDOW));
  if (!behavior) return highest;
  const lowest = Math.min(proposed, ...window(behavior.scaleUp, 0));
  return Math.min(Math.max(current, lowest), highest);
}

const WITHIN: Limit = {
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
};
const TOO_MANY: Limit = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const TOO_FEW: Limit = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const TOO_FAST_UP: Limit = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const TOO_FAST_DOWN: Limit = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};

function limited(
  spec: AutoscalerSpec,
  history: ScalingHistory,
  scaling: Scaling,
): Limit & { readonly replicas: number } {
  const { proposed } = scaling;
  const { minReplicas = 1, maxReplicas = 1 } = spec;
  const highest = mostPods(spec, history, scaling);
  if (proposed > Math.min(maxReplicas, highest))
    return maxReplicas > highest
      ? { ...TOO_FAST_UP, replicas: highest }
      : { ...TOO_MANY, replicas: maxReplicas };
  const lowest = fewestPods(spec, history, scaling);
  if (proposed < Math.max(minReplicas, lowest))
    return minReplicas < lowest
      ? { ...TOO_FAST_DOWN, replicas: lowest }
      : { ...TOO_FEW, replicas: minReplicas };
  return { ...WITHIN, replicas: proposed };
}

/** The most pods that the rates allow now. */
function mostPods({ behavior }: AutoscalerSpec, history: ScalingHistory, { current, now }: Scaling): number {
  if (!behavior) return Math.max(2 * current, 4);
  const { selectPolicy, policies = [] } = behavior.scaleUp ?? {};
  if (selectPolicy === 'Disabled') return current;
  const allowed = policies.map(({ type, value = 0, periodSeconds = 0 }) => {
    const start = current - history.changed(now, periodSeconds);
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return Math.max(current, selectPolicy === 'Min' ? Math.min(...allowed) : Math.max(...allowed));
}

/** The fewest pods that the rates allow now. */
function fewestPods(
  { behavior }: AutoscalerSpec,
  history: ScalingHistory,
  { current, now }: Scaling,
): number {
  if (!behavior) return 0;
  const { selectPolicy, policies = [] } = behavior.scaleDown ?? {};
  if (selectPolicy === 'Disabled') return current;
  const allowed = policies.map(({ type, value = 0, periodSeconds = 0 }) => {
    const start = current - history.changed(now, periodSeconds);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return Math.min(current, selectPolicy === 'Min' ? Math.max(...allowed) : Math.min(...allowed));
}

/** Whether the ratio of a metric and its target is near enough to 1 to change nothing. */
export function isTolerated({ behavior }: AutoscalerSpec, ratio: number): boolean {
  const tolerance = (rules: ScalingRules | undefined) =>
    rules?.tolerance === undefined ? TOLERANCE : quantity(rules.tolerance);
  return 1 - tolerance(behavior?.scaleDown) <= ratio && ratio <= 1 + tolerance(behavior?.scaleUp);
}
