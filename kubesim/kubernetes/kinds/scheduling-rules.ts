import { affinityCauses } from './affinity-rules.js';
import { duplicate, formatCauses, invalidValue, required } from '../schema/causes.js';
import type { PodSpec, Toleration } from './core.js';
import { dnsLabel, dnsSubdomain, qualifiedName } from './formats.js';
import { labelSelectorCauses } from './label-selector-rules.js';
import { labelCauses } from './metadata-rules.js';
import type { LabelSelector } from './object.js';
import type { Cause } from './resource.js';

interface Spread {
  readonly maxSkew?: number;
  readonly topologyKey?: string;
  readonly whenUnsatisfiable?: string;
  readonly minDomains?: number;
  readonly labelSelector?: LabelSelector;
}

/** The fields of a pod's spec that decide where it runs. */
export type Scheduling = PodSpec & {
  readonly topologySpreadConstraints?: readonly Spread[];
  readonly schedulingGates?: readonly { readonly name?: string }[];
};

/** Validates what decides where a pod runs, in a pod's spec at `path`. */
export function schedulingCauses(spec: Scheduling, path: string): Cause[] {
  const {
    nodeName,
    nodeSelector,
    tolerations = [],
    topologySpreadConstraints: spreads = [],
    subdomain,
  } = spec;
  return [
    ...labelCauses(`${path}.nodeSelector`, nodeSelector),
    ...(nodeName ? formatCauses(`${path}.nodeName`, nodeName, dnsSubdomain) : []),
    ...(subdomain ? formatCauses(`${path}.subdomain`, subdomain, dnsLabel) : []),
    ...tolerationsCauses(tolerations, `${path}.tolerations`),
    ...spreads.flatMap((_, index) =>
      spreadCauses(spreads, index, `${path}.topologySpreadConstraints[${index}]`),
    ),
    ...(spec.affinity ? affinityCauses(spec.affinity, `${path}.affinity`) : []),
    ...gateCauses(spec.schedulingGates ?? [], `${path}.schedulingGates`),
  ];
}

/** Validates tolerations at `path`. */
export function tolerationsCauses(tolerations: readonly Toleration[], path: string): Cause[] {
  return tolerations.flatMap((toleration, index) => tolerationCauses(toleration, `${path}[${index}]`));
}

function tolerationCauses(toleration: Toleration, path: string): Cause[] {
  const { effect = '', tolerationSeconds } = toleration;
  const why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
  const isEndless = tolerationSeconds === undefined || effect === 'NoExecute';
  return [
    ...operatorCauses(toleration, path),
    ...(isEndless ? [] : [invalidValue(`${path}.effect`, effect, why)]),
  ];
}

function operatorCauses({ key = '', operator = '', value = '' }: Toleration, path: string): Cause[] {
  const field = `${path}.operator`;
  const any = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
  return [
    ...(key === '' ? [] : formatCauses(`${path}.key`, key, qualifiedName)),
    ...(key === '' && operator !== 'Exists' ? [invalidValue(field, operator, any)] : []),
    ...(operator === 'Exists' && value !== ''
      ? [invalidValue(field, value, "value must be empty when `operator` is 'Exists'")]
      : []),
  ];
}

function spreadCauses(spreads: readonly Spread[], index: number, path: string): Cause[] {
  const {
    maxSkew = 0,
    topologyKey = '',
    whenUnsatisfiable = '',
    minDomains,
    labelSelector,
  } = spreads[index] ?? {};
  const isTwice = spreads
    .slice(index + 1)
    .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
  return [
    ...(maxSkew > 0 ? [] : [invalidValue(`${path}.maxSkew`, maxSkew, 'must be greater than zero')]),
    ...(topologyKey === '' ? [required(`${path}.topologyKey`, 'can not be empty')] : []),
    ...(isTwice
      ? [duplicate(`${path}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`)]
      : []),
    ...(minDomains === undefined ? [] : domainCauses(minDomains, whenUnsatisfiable, `${path}.minDomains`)),
    ...labelSelectorCauses(`${path}.labelSelector`, labelSelector),
  ];
}

function domainCauses(minDomains: number, whenUnsatisfiable: string, field: string): Cause[] {
  const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
  return [
    ...(minDomains > 0 ? [] : [invalidValue(field, minDomains, 'must be greater than zero')]),
    ...(whenUnsatisfiable === 'DoNotSchedule' ? [] : [invalidValue(field, minDomains, why)]),
  ];
}

function gateCauses(gates: readonly { readonly name?: string }[], path: string): Cause[] {
  const names = gates.map(({ name = '' }) => name);
  return names.flatMap((name, index) => [
    ...formatCauses(`${path}[${index}].name`, name, qualifiedName),
    ...(names.indexOf(name) < index ? [duplicate(`${path}[${index}]`, name)] : []),
  ]);
}
