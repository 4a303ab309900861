import { forbiddenValue, invalidValue, unsupported } from './causes.js';
import type { Cause } from './resource.js';
import type { Deployment } from './workloads.js';

const STRATEGY = 'spec.strategy';
const ROLLING_UPDATE = `${STRATEGY}.rollingUpdate`;

/** The strategy of a deployment; RollingUpdate with a quarter of its pods by default. */
export function strategyDefaults({ spec }: Deployment): Deployment['spec']['strategy'] {
  const { type = 'RollingUpdate', rollingUpdate } = spec?.strategy ?? {};
  if (type !== 'RollingUpdate') return { ...spec.strategy, type };
  return { type, rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%', ...rollingUpdate } };
}

/** Validates the strategy and the progress deadline. */
export function rolloutCauses({ spec }: Deployment): Cause[] {
  const { minReadySeconds = 0, progressDeadlineSeconds: deadline } = spec;
  const late = deadline !== undefined && deadline <= minReadySeconds;
  return [
    ...strategyCauses(spec.strategy),
    ...(late
      ? [invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
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
  const wrong = [
    ...amountCauses(`${ROLLING_UPDATE}.maxUnavailable`, maxUnavailable),
    ...amountCauses(`${ROLLING_UPDATE}.maxSurge`, maxSurge),
  ];
  if (wrong.length > 0 || !isZero(maxSurge) || !isZero(maxUnavailable)) return wrong;
  return [
    invalidValue(`${ROLLING_UPDATE}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
  ];
}

function amountCauses(field: string, amount: number | string | undefined): Cause[] {
  if (typeof amount === 'string' && !/^\d+%$/.test(amount)) {
    const why = "a valid percent string must be a numeric string followed by an ending '%'";
    return [invalidValue(field, amount, why)];
  }
  return Number(amount) < 0 ? [invalidValue(field, amount, 'must be greater than or equal to 0')] : [];
}

function isZero(amount: number | string | undefined): boolean {
  return amount === 0 || amount === '0%';
}
