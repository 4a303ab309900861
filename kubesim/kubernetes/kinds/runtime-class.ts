import type { Toleration } from './core.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';

/** A RuntimeClass, which pods select by name. */
export interface RuntimeClass extends KubeObject {
  readonly handler: string;
  readonly scheduling?: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly Toleration[];
  };
}

export const runtimeClasses = defineResource<RuntimeClass>({
  group: 'node.k8s.io',
  kind: 'RuntimeClass',
  validate: ({ handler }, old) => {
    if (!handler) return [{ field: 'handler', reason: 'FieldValueRequired', message: 'Required value' }];
    if (!old || old.handler === handler) return [];
    return [{ field: 'handler', reason: 'FieldValueInvalid', message: 'Invalid value: field is immutable' }];
  },
  columns: [
    nameColumn<RuntimeClass>(),
    { name: 'Handler', type: 'string', value: ({ handler }) => handler },
    ageColumn<RuntimeClass>(),
  ],
});
