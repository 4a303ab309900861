import { changeCauses, forbiddenValue } from '../schema/causes.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

/** A class of priority of pods. */
export interface PriorityClass extends KubeObject {
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly preemptionPolicy?: string;
}

/** Higher values belong to classes of the system. */
const HIGHEST = 1_000_000_000;

export const priorityClasses = defineResource<PriorityClass>({
  group: 'scheduling.k8s.io',
  kind: 'PriorityClass',
  defaults: (object) => ({ preemptionPolicy: 'PreemptLowerPriority', ...object }),
  validate: (priorityClass, old) => {
    const { value, metadata, preemptionPolicy } = priorityClass;
    if (old)
      return [
        ...(old.value === value ? [] : [forbiddenValue('value', 'may not be changed in an update.')]),
        ...changeCauses('preemptionPolicy', preemptionPolicy, old.preemptionPolicy),
      ];
    if (metadata.name.startsWith('system-')) return systemCauses(priorityClass);
    return value <= HIGHEST
      ? []
      : [forbiddenValue('value', `maximum allowed value of a user defined priority is ${HIGHEST}`)];
  },
  columns: [
    nameColumn<PriorityClass>(),
    { name: 'Value', type: 'integer', value: ({ value }) => value },
    { name: 'Global-Default', type: 'boolean', value: ({ globalDefault }) => globalDefault ?? false },
    ageColumn<PriorityClass>(),
    { name: 'PreemptionPolicy', type: 'string', value: ({ preemptionPolicy }) => preemptionPolicy ?? '' },
  ],
});

/** The classes that each cluster has. */
export const SYSTEM_PRIORITY_CLASSES = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
] as const;

/** Names of the system belong to its classes. */
function systemCauses({ metadata: { name }, value, globalDefault }: PriorityClass): Cause[] {
  const known = SYSTEM_PRIORITY_CLASSES.find((each) => each.name === name);
  if (known && known.value === value && !globalDefault) return [];
  const wrong = known?.value === value ? 'globalDefault' : 'value';
  const why = known
    ? `${wrong} of ${name} PriorityClass must be ${wrong === 'value' ? known.value : false}`
    : `${name} is not a known system priority class`;
  const reserved = "priority class names with 'system-' prefix are reserved for system use only. error: ";
  return [forbiddenValue('metadata.name', `${reserved}${why}`)];
}
