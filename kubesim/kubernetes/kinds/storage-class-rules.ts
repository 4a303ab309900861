import { changeCauses, duplicate, formatCauses, invalidValue, required } from '../schema/causes.js';
import { qualifiedName } from './formats.js';
import type { KubeObject } from './object.js';
import type { Cause } from './resource.js';

interface TopologyLabel {
  readonly key?: string;
  readonly values?: readonly string[];
}

/** A StorageClass, which claims select by name. */
export interface StorageClass extends KubeObject {
  readonly provisioner: string;
  readonly reclaimPolicy?: string;
  readonly volumeBindingMode?: string;
  readonly allowVolumeExpansion?: boolean;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly allowedTopologies?: readonly {
    readonly matchLabelExpressions?: readonly {
      readonly key?: string;
      readonly values?: readonly string[];
    }[];
  }[];
}

const FIXED = ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'] as const;

/** Validates a new StorageClass, or one that replaces `old`. */
export function storageClassCauses(storageClass: StorageClass, old?: StorageClass): Cause[] {
  if (old) return FIXED.flatMap((name) => changeCauses(name, storageClass[name], old[name]));
  const { provisioner, parameters = {}, allowedTopologies = [] } = storageClass;
  return [
    // Provisioners may have capitals.
    ...(provisioner
      ? qualifiedName(provisioner.toLowerCase()).map((why) => invalidValue('provisioner', provisioner, why))
      : []),
    ...('' in parameters ? [invalidValue('parameters', '', 'field can not be empty.')] : []),
    ...allowedTopologies.flatMap(({ matchLabelExpressions = [] }, index) =>
      topologyCauses(matchLabelExpressions, `allowedTopologies[${index}].matchLabelExpressions`),
    ),
  ];
}

function topologyCauses(labels: readonly TopologyLabel[], path: string): Cause[] {
  return labels.flatMap(({ key = '', values = [] }, index) => {
    const at = `${path}[${index}]`;
    const isTwice = labels.findIndex((other) => other.key === key) < index;
    return [
      ...(values.length === 0 ? [required(`${at}.values`)] : []),
      ...values.flatMap((value, place) =>
        values.indexOf(value) < place ? [duplicate(`${at}.values[${place}]`, value)] : [],
      ),
      ...formatCauses(`${at}.key`, key, qualifiedName),
      ...(isTwice ? [duplicate(`${at}.key`, key)] : []),
    ];
  });
}
