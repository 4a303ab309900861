import { forbiddenValue } from './causes.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';

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
  validate: ({ value, metadata, preemptionPolicy }, old) => {
    if (old && old.preemptionPolicy !== preemptionPolicy)
      return [forbiddenValue('preemptionPolicy', 'may not be changed in an update.')];
    if (old && old.value !== value) return [forbiddenValue('value', 'may not be changed in an update.')];
    if (value <= HIGHEST || metadata.name.startsWith('system-')) return [];
    return [forbiddenValue('value', `maximum allowed value of a user defined priority is ${HIGHEST}`)];
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
