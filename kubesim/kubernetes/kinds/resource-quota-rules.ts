import { sameJson } from '../../../kernel/same-json.js';
import { immutable, invalidValue, required } from '../schema/causes.js';
import type { KubeObject } from './object.js';
import { quantity } from './quantity.js';
import { isInteger, isQuotaResource, quotaResourceCauses } from './resource-name-rules.js';
import type { Cause } from './resource.js';

type Amounts = Readonly<Record<string, string>>;

/** A ResourceQuota: what the objects of its namespace may use. */
export interface ResourceQuota extends KubeObject {
  readonly spec: {
    readonly hard?: Amounts;
    readonly scopes?: readonly string[];
    readonly scopeSelector?: {
      readonly matchExpressions?: readonly {
        readonly scopeName: string;
        readonly operator: string;
        readonly values?: readonly string[];
      }[];
    };
  };
  readonly status?: { readonly hard?: Amounts; readonly used?: Amounts };
}

type Spec = ResourceQuota['spec'];

const PODS = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];

/** The scopes, with the resources that a quota of the scope may limit. */
const SCOPES: Readonly<Record<string, readonly string[] | undefined>> = {
  BestEffort: ['pods'],
  CrossNamespacePodAffinity: PODS,
  NotBestEffort: PODS,
  NotTerminating: PODS,
  PriorityClass: PODS,
  Terminating: PODS,
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
};

/** Scopes that a pod has or has not; the others have values. */
const PLAIN = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];

const CONTRADICTIONS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

/** Validates a new ResourceQuota, or one that replaces `old`. */
export function resourceQuotaCauses(quota: ResourceQuota, old?: ResourceQuota): Cause[] {
  return [...quotaCauses(quota), ...(old ? scopeChangeCauses(quota.spec, old.spec) : [])];
}

function scopeChangeCauses({ scopes = [] }: Spec, { scopes: before = [] }: Spec): Cause[] {
  const isSame = sameJson([...new Set(scopes)].sort(), [...new Set(before)].sort());
  return isSame ? [] : [immutable('spec.scopes', scopes.length > 0 ? scopes : null)];
}

function quotaCauses({ spec }: ResourceQuota): Cause[] {
  const { hard = {}, scopes = [], scopeSelector } = spec;
  const resources = Object.keys(hard).filter(isQuotaResource);
  return [
    ...Object.entries(hard).flatMap(([name, amount]) => hardCauses(name, amount)),
    ...scopes.flatMap((scope) =>
      scopeProblems(scope, resources).map((why) => invalidValue('spec.scopes', scopes, why)),
    ),
    ...contradictionCauses(scopes, 'spec.scopes', scopes),
    ...(scopeSelector ? selectorCauses(scopeSelector, { resources, scopes }) : []),
  ];
}

function hardCauses(name: string, amount: string): Cause[] {
  const field = `spec.hard[${name}]`;
  const value = quantity(amount);
  return [
    ...quotaResourceCauses(name, field),
    ...(value >= 0 ? [] : [invalidValue(field, amount, 'must be greater than or equal to 0')]),
    ...((isInteger(name) || name.startsWith('count/')) && !Number.isInteger(value)
      ? [invalidValue(field, amount, 'must be an integer')]
      : []),
  ];
}

function scopeProblems(scope: string, resources: readonly string[]): string[] {
  const allowed = SCOPES[scope];
  if (!allowed) return ['unsupported scope'];
  return resources
    .filter((name) => !allowed.includes(name))
    .map(() => 'unsupported scope applied to resource');
}

function contradictionCauses(scopes: readonly string[], field: string, shown: unknown): Cause[] {
  return CONTRADICTIONS.filter((pair) => pair.every((scope) => scopes.includes(scope))).map(() =>
    invalidValue(field, shown, 'conflicting scopes'),
  );
}

type Selector = NonNullable<Spec['scopeSelector']>;

interface Quota {
  readonly resources: readonly string[];
  readonly scopes: readonly string[];
}

/** API servers report the field of every expression, not its place in the list. */
function selectorCauses(selector: Selector, { resources, scopes }: Quota): Cause[] {
  const path = 'spec.scopeSelector.matchExpressions';
  const { matchExpressions = [] } = selector;
  const names = matchExpressions.map(({ scopeName }) => scopeName);
  return [
    ...matchExpressions.flatMap((expression) => [
      ...scopeProblems(expression.scopeName, resources).map((why) =>
        why === 'unsupported scope'
          ? invalidValue(`${path}.scopeName`, expression.scopeName, why)
          : invalidValue(path, selector, why),
      ),
      ...operatorCauses(expression, path),
    ]),
    ...contradictionCauses(names, path, scopes),
  ];
}

function operatorCauses(
  { scopeName, operator, values = [] }: NonNullable<Selector['matchExpressions']>[number],
  path: string,
): Cause[] {
  const field = `${path}.operator`;
  const mustExist =
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, " +
    'ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity';
  return [
    ...(PLAIN.includes(scopeName) && operator !== 'Exists' ? [invalidValue(field, operator, mustExist)] : []),
    ...valueCauses(operator, values, path),
  ];
}

function valueCauses(operator: string, values: readonly string[], path: string): Cause[] {
  const field = `${path}.values`;
  if (operator === 'In' || operator === 'NotIn')
    return values.length > 0
      ? []
      : [required(field, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")];
  if (operator !== 'Exists' && operator !== 'DoesNotExist')
    return [invalidValue(`${path}.operator`, operator, 'not a valid selector operator')];
  const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
  return values.length > 0 ? [invalidValue(field, values, why)] : [];
}
