import { amountCauses, excessCauses, type Amount } from './amount-rules.js';
import { labelSelectorCauses } from './label-selector-rules.js';
import type { Condition, KubeObject, LabelSelector } from './object.js';
import { invalidValue } from '../schema/causes.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';

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
  /** Times of evictions of pods that are not deleted yet, by name. */
  readonly disruptedPods?: Readonly<Record<string, string>>;
  readonly conditions?: readonly Condition[];
}

const EMPTY: BudgetStatus = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };

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
      ...(['minAvailable', 'maxUnavailable'] as const).flatMap((name) => [
        ...amountCauses(`spec.${name}`, spec[name]),
        ...excessCauses(`spec.${name}`, spec[name]),
      ]),
      ...labelSelectorCauses('spec.selector', spec.selector),
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
