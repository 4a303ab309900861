import { changeCauses, duplicate, formatCauses, required } from '../schema/causes.js';
import { containerAmountCauses } from './container-rules.js';
import type { Toleration } from './core.js';
import { dnsLabel } from './formats.js';
import { labelCauses } from './metadata-rules.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';
import { tolerationsCauses } from './scheduling-rules.js';

/** A RuntimeClass, which pods select by name. */
export interface RuntimeClass extends KubeObject {
  readonly handler: string;
  readonly overhead?: { readonly podFixed?: Readonly<Record<string, string>> };
  readonly scheduling?: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly Toleration[];
  };
}

/** Whether two tolerations tolerate the same, whatever their time. */
function isSame(one: Toleration, other: Toleration): boolean {
  return (['key', 'operator', 'value', 'effect'] as const).every((name) => one[name] === other[name]);
}

export const runtimeClasses = defineResource<RuntimeClass>({
  group: 'node.k8s.io',
  kind: 'RuntimeClass',
  validate: ({ handler, scheduling = {}, overhead = {} }, old) => {
    const { nodeSelector, tolerations = [] } = scheduling;
    if (old) return changeCauses('handler', handler, old.handler);
    return [
      ...(handler ? formatCauses('handler', handler, dnsLabel) : [required('handler')]),
      ...containerAmountCauses(overhead.podFixed ?? {}, 'overhead.limits'),
      ...labelCauses('scheduling.nodeSelector', nodeSelector),
      ...tolerationsCauses(tolerations, 'scheduling.tolerations'),
      ...tolerations.flatMap((toleration, index) =>
        tolerations.slice(0, index).some((other) => isSame(other, toleration))
          ? [duplicate(`scheduling.tolerations[${index}]`, toleration)]
          : [],
      ),
    ];
  },
  columns: [
    nameColumn<RuntimeClass>(),
    { name: 'Handler', type: 'string', value: ({ handler }) => handler },
    ageColumn<RuntimeClass>(),
  ],
});
