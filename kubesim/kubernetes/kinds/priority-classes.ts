import { forbiddenValue } from './causes.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';

/** A PriorityClass. It is stored and has no effect: kubesim schedules in order and preempts nothing. */
interface PriorityClass extends KubeObject {
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly preemptionPolicy?: string;
}

/** Higher values belong to classes of the system. */
const HIGHEST = 1_000_000_000;

export const priorityClasses = defineResource<PriorityClass>({
  group: 'scheduling.k8s.io',
  kind: 'PriorityClass',
  validate: ({ value, metadata }, old) => {
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
