import { forbiddenValue, formatCauses, invalidValue, required } from '../schema/causes.js';
import type { NodeSelectorTerm, PodAffinityTerm, PodSpec } from './core.js';
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from './formats.js';
import { labelSelectorCauses } from './label-selector-rules.js';
import type { Requirement } from './object.js';
import type { Cause } from './resource.js';

type Affinity = NonNullable<PodSpec['affinity']>;

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Validates the affinity of a pod at `path`. */
export function affinityCauses(
  { nodeAffinity, podAffinity, podAntiAffinity }: Affinity,
  path: string,
): Cause[] {
  return [
    ...(nodeAffinity ? nodeAffinityCauses(nodeAffinity, `${path}.nodeAffinity`) : []),
    ...(podAffinity ? podAffinityCauses(podAffinity, `${path}.podAffinity`) : []),
    ...(podAntiAffinity ? podAffinityCauses(podAntiAffinity, `${path}.podAntiAffinity`) : []),
  ];
}

function weightCauses(weight: number, path: string): Cause[] {
  return weight >= 1 && weight <= 100
    ? []
    : [invalidValue(`${path}.weight`, weight, 'must be in the range 1-100')];
}

function nodeAffinityCauses(affinity: NonNullable<Affinity['nodeAffinity']>, path: string): Cause[] {
  const { [REQUIRED]: selector, [PREFERRED]: preferences = [] } = affinity;
  return [
    ...(selector ? nodeSelectorCauses(selector, `${path}.${REQUIRED}`) : []),
    ...preferences.flatMap(({ weight, preference }, index) => {
      const at = `${path}.${PREFERRED}[${index}]`;
      return [...weightCauses(weight, at), ...termCauses(preference, `${at}.preference`, true)];
    }),
  ];
}

interface NodeSelector {
  readonly nodeSelectorTerms?: readonly NodeSelectorTerm[];
}

/** Validates a selector of nodes at `path`. */
function nodeSelectorCauses({ nodeSelectorTerms: terms = [] }: NodeSelector, path: string): Cause[] {
  const field = `${path}.nodeSelectorTerms`;
  if (terms.length === 0) return [required(field, 'must have at least one node selector term')];
  return terms.flatMap((term, index) => termCauses(term, `${field}[${index}]`, false));
}

/** A preference may have values that are no label's. */
function termCauses(term: NodeSelectorTerm | undefined, path: string, anyValues: boolean): Cause[] {
  const { matchExpressions = [], matchFields = [] } = term ?? {};
  return [
    ...matchExpressions.flatMap((requirement, index) => {
      const at = `${path}.matchExpressions[${index}]`;
      return [...requirementCauses(requirement, at), ...(anyValues ? [] : valueCauses(requirement, at))];
    }),
    ...matchFields.flatMap((requirement, index) => fieldCauses(requirement, `${path}.matchFields[${index}]`)),
  ];
}

const NO_OPERATOR = 'not a valid selector operator';

function requirementCauses({ key = '', operator = '', values = [] }: Requirement, path: string): Cause[] {
  return [...operatorCauses(operator, values, path), ...formatCauses(`${path}.key`, key, qualifiedName)];
}

function operatorCauses(operator: string, values: readonly string[], path: string): Cause[] {
  const field = `${path}.values`;
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0
        ? []
        : [required(field, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? []
        : [forbiddenValue(field, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    case 'Gt':
    case 'Lt':
      return values.length === 1
        ? []
        : [required(field, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalidValue(`${path}.operator`, operator, NO_OPERATOR)];
  }
}

function valueCauses({ values = [] }: Requirement, path: string): Cause[] {
  return values.flatMap((value, index) => formatCauses(`${path}.values[${index}]`, value, labelValue));
}

/** A node is selected by its name only. */
function fieldCauses({ key = '', operator = '', values = [] }: Requirement, path: string): Cause[] {
  const isIn = operator === 'In' || operator === 'NotIn';
  const why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
  return [
    ...(isIn ? [] : [invalidValue(`${path}.operator`, operator, NO_OPERATOR)]),
    ...(isIn && values.length !== 1 ? [required(`${path}.values`, why)] : []),
    ...(key === 'metadata.name'
      ? values.flatMap((value, index) => formatCauses(`${path}.values[${index}]`, value, dnsSubdomain))
      : [invalidValue(`${path}.key`, key, 'not a valid field selector key')]),
  ];
}

function podAffinityCauses(affinity: NonNullable<Affinity['podAffinity']>, path: string): Cause[] {
  const { [REQUIRED]: terms = [], [PREFERRED]: preferences = [] } = affinity;
  return [
    ...terms.flatMap((term, index) => podTermCauses(term, `${path}.${REQUIRED}[${index}]`)),
    ...preferences.flatMap(({ weight, podAffinityTerm }, index) => {
      const at = `${path}.${PREFERRED}[${index}]`;
      return [...weightCauses(weight, at), ...podTermCauses(podAffinityTerm, `${at}.podAffinityTerm`)];
    }),
  ];
}

function podTermCauses(term: Partial<PodAffinityTerm> | undefined, path: string): Cause[] {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey = '' } = term ?? {};
  const field = `${path}.topologyKey`;
  return [
    ...labelSelectorCauses(`${path}.labelSelector`, labelSelector),
    ...labelSelectorCauses(`${path}.namespaceSelector`, namespaceSelector),
    ...namespaces.flatMap((name) => formatCauses(`${path}.namespace`, name, dnsLabel)),
    ...(topologyKey === '' ? [required(field, 'can not be empty')] : []),
    ...formatCauses(field, topologyKey, qualifiedName),
  ];
}
