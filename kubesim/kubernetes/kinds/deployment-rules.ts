import { amountCauses, excessCauses, isZero } from './amount-rules.js';
import { forbiddenValue, invalidValue, negativeCauses, unsupported } from '../schema/causes.js';
import type { Cause } from './resource.js';
import { workloadCauses } from './workload-rules.js';
import type { Deployment, ReplicaSet } from './workloads.js';

const WORDS = {
  ...{ emptySelector: 'deployment', deadline: 'ReplicaSet', unusable: 'invalid label selector' },
};
const STRATEGY = 'spec.strategy';
const ROLLING_UPDATE = `${STRATEGY}.rollingUpdate`;

/** The strategy of a deployment; RollingUpdate with a quarter of its pods by default. */
export function strategyDefaults({ spec }: Deployment): Deployment['spec']['strategy'] {
  const { type = 'RollingUpdate', rollingUpdate } = spec?.strategy ?? {};
  if (type !== 'RollingUpdate') return { ...spec.strategy, type };
  return { type, rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%', ...rollingUpdate } };
}

/** Validates a new ReplicaSet, or one that replaces `old`. */
export function replicaSetCauses(set: ReplicaSet, old?: ReplicaSet): Cause[] {
  return workloadCauses(WORDS, set, old);
}

/** Validates a new Deployment, or one that replaces `old`. */
export function deploymentCauses(deployment: Deployment, old?: Deployment): Cause[] {
  const { minReadySeconds = 0, progressDeadlineSeconds: deadline, strategy } = deployment.spec;
  const field = 'spec.progressDeadlineSeconds';
  return [
    ...workloadCauses(WORDS, deployment, old),
    ...strategyCauses(strategy),
    ...negativeCauses(field, deadline),
    ...(deadline !== undefined && deadline <= minReadySeconds
      ? [invalidValue(field, deadline, 'must be greater than minReadySeconds')]
      : []),
  ];
}

function strategyCauses(strategy: Deployment['spec']['strategy']): Cause[] {
  const { type, rollingUpdate } = strategy ?? {};
  if (type === 'Recreate') {
    const why = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate ? [forbiddenValue(ROLLING_UPDATE, why)] : [];
  }
  if (type !== 'RollingUpdate') return [unsupported(STRATEGY, strategy, ['Recreate', 'RollingUpdate'])];
  const { maxSurge, maxUnavailable } = rollingUpdate ?? {};
  const unavailable = `${ROLLING_UPDATE}.maxUnavailable`;
  return [
    ...amountCauses(unavailable, maxUnavailable),
    ...amountCauses(`${ROLLING_UPDATE}.maxSurge`, maxSurge),
    ...(isZero(maxSurge) && isZero(maxUnavailable)
      ? [invalidValue(unavailable, maxUnavailable, 'may not be 0 when `maxSurge` is 0')]
      : []),
    ...excessCauses(unavailable, maxUnavailable),
  ];
}
