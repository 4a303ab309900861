import type { Condition, KubeObject, LabelSelector } from './object.js';
import { invalidValue } from './causes.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

/** A number of pods, or a percentage such as `25%`. */
export type Amount = number | string;

/** Limits the evictions of the pods of a selector. */
export interface PodDisruptionBudget extends KubeObject {
  readonly spec: {
    readonly minAvailable?: Amount;
    readonly maxUnavailable?: Amount;
    readonly selector?: LabelSelector;
    readonly unhealthyPodEvictionPolicy?: string;
  };
  readonly status?: BudgetStatus;
}

interface BudgetStatus {
  readonly observedGeneration?: number;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly conditions?: readonly Condition[];
}

const EMPTY: BudgetStatus = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
const PERCENT = /^\d+%$/;

export const podDisruptionBudgets = defineResource<PodDisruptionBudget>({
  group: 'policy',
  kind: 'PodDisruptionBudget',
  generation: true,
  defaults: (budget) => ({ ...budget, spec: budget.spec ?? {}, status: budget.status ?? EMPTY }),
  validate: ({ spec }) => {
    const { minAvailable, maxUnavailable } = spec;
    const both = minAvailable !== undefined && maxUnavailable !== undefined;
    return [
      ...(both ? [invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set')] : []),
      ...amountCauses('spec.minAvailable', minAvailable),
      ...amountCauses('spec.maxUnavailable', maxUnavailable),
    ];
  },
  columns: [
    nameColumn<PodDisruptionBudget>(),
    { name: 'Min Available', type: 'string', value: ({ spec }) => String(spec.minAvailable ?? 'N/A') },
    { name: 'Max Unavailable', type: 'string', value: ({ spec }) => String(spec.maxUnavailable ?? 'N/A') },
    { name: 'Allowed Disruptions', type: 'integer', value: ({ status }) => status?.disruptionsAllowed ?? 0 },
    ageColumn<PodDisruptionBudget>(),
  ],
});

function amountCauses(field: string, amount: Amount | undefined): Cause[] {
  if (amount === undefined) return [];
  if (typeof amount === 'string')
    return PERCENT.test(amount) ? [] : [invalidValue(field, amount, 'must be a number or a percentage')];
  const whole = Number.isInteger(amount) && amount >= 0;
  return whole ? [] : [invalidValue(field, amount, 'must be greater than or equal to 0')];
}
