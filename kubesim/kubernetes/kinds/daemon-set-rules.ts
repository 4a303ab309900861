import { amountCauses, excessCauses, isZero } from './amount-rules.js';
import { invalidValue, required, unsupported } from '../schema/causes.js';
import type { Cause } from './resource.js';
import { workloadCauses } from './workload-rules.js';
import type { DaemonSet } from './workloads.js';

type Strategy = DaemonSet['spec']['updateStrategy'];

const WORDS = { emptySelector: 'daemonset', deadline: 'DaemonSet', optionalSelector: true };
const FIELD = 'spec.updateStrategy';

/** The update strategy of a DaemonSet; it replaces the pod of one node after another by default. */
export function daemonStrategyDefaults(strategy: Strategy): Strategy {
  const type = strategy?.type || 'RollingUpdate';
  if (type !== 'RollingUpdate') return { ...strategy, type };
  return { type, rollingUpdate: { maxUnavailable: 1, maxSurge: 0, ...strategy?.rollingUpdate } };
}

/** Validates a new DaemonSet, or one that replaces `old`. */
export function daemonSetCauses(set: DaemonSet, old?: DaemonSet): Cause[] {
  return [...workloadCauses(WORDS, set, old), ...strategyCauses(set.spec.updateStrategy)];
}

function strategyCauses(strategy: Strategy): Cause[] {
  const { type, rollingUpdate } = strategy ?? {};
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate') return [unsupported(FIELD, strategy, ['RollingUpdate', 'OnDelete'])];
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
  const unavailable = `${FIELD}.rollingUpdate.maxUnavailable`;
  const surge = `${FIELD}.rollingUpdate.maxSurge`;
  const causes = [
    ...amountCauses(unavailable, maxUnavailable),
    ...amountCauses(surge, maxSurge),
    ...excessCauses(unavailable, maxUnavailable),
    ...excessCauses(surge, maxSurge),
  ];
  if (isZero(maxUnavailable) !== isZero(maxSurge)) return causes;
  return isZero(maxSurge)
    ? [...causes, required(unavailable, 'cannot be 0 when maxSurge is 0')]
    : [...causes, invalidValue(surge, maxSurge, 'may not be set when maxUnavailable is non-zero')];
}
