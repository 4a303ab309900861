import { duplicate, invalidValue } from './causes.js';
import type { KubeObject } from './object.js';
import { quantity } from './quantity.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

type Amounts = Readonly<Record<string, string>>;

interface Limit {
  readonly type: string;
  readonly max?: Amounts;
  readonly min?: Amounts;
  readonly default?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly maxLimitRequestRatio?: Amounts;
}

/** A LimitRange: defaults and bounds of the pods and claims of its namespace. */
export interface LimitRange extends KubeObject {
  readonly spec: { readonly limits: readonly Limit[] };
}

export const limitRanges = defineResource<LimitRange>({
  kind: 'LimitRange',
  defaults: (range) => ({
    ...range,
    spec: { ...range.spec, limits: (range.spec?.limits ?? []).map(limitDefaults) },
  }),
  validate: ({ spec: { limits } }) =>
    limits.flatMap((limit, index) => {
      const path = `spec.limits[${index}]`;
      const twice = limits.findIndex(({ type }) => type === limit.type) < index;
      return [...(twice ? [duplicate(`${path}.type`, limit.type)] : []), ...limitCauses(limit, path)];
    }),
  columns: [
    nameColumn<LimitRange>(),
    { name: 'Created At', type: 'date', value: ({ metadata }) => metadata.creationTimestamp },
  ],
});

/** The limits of containers default to the maximum, the requests to the limits, and both to the minimum at last. */
function limitDefaults(limit: Limit): Limit {
  if (limit.type !== 'Container') return limit;
  const otherwise = { ...limit.max, ...limit.default };
  const defaultRequest = { ...limit.min, ...otherwise, ...limit.defaultRequest };
  return {
    ...limit,
    ...(Object.keys(otherwise).length > 0 && { default: otherwise }),
    ...(Object.keys(defaultRequest).length > 0 && { defaultRequest }),
  };
}

function limitCauses(limit: Limit, path: string): Cause[] {
  const { max = {} } = limit;
  return (['min', 'default', 'defaultRequest'] as const).flatMap((bound) =>
    Object.entries(limit[bound] ?? {}).flatMap(([name, amount]) => {
      const most = bound === 'defaultRequest' ? (limit.default?.[name] ?? max[name]) : max[name];
      if (most === undefined || quantity(amount) <= quantity(most)) return [];
      const why = `${bound} value ${amount} is greater than max value ${most}`;
      return [invalidValue(`${path}.${bound}[${name}]`, amount, why)];
    }),
  );
}

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

const SCOPES = [
  ...['BestEffort', 'CrossNamespacePodAffinity', 'NotBestEffort', 'NotTerminating'],
  ...['PriorityClass', 'Terminating', 'VolumeAttributesClass'],
];
/** Resources that are counted, of which there are no fractions. */
const COUNTED =
  /^(pods|services|secrets|configmaps|persistentvolumeclaims|resourcequotas|count\/.*|services\..*)$/;

export const resourceQuotas = defineResource<ResourceQuota>({
  kind: 'ResourceQuota',
  defaults: (quota) => ({ ...quota, spec: quota.spec ?? {} }),
  validate: ({ spec: { hard = {}, scopes = [] } }) => [
    ...Object.entries(hard).flatMap(([name, amount]) => hardCauses(name, amount)),
    ...(scopes.some((scope) => !SCOPES.includes(scope))
      ? [invalidValue('spec.scopes', scopes, 'unsupported scope')]
      : []),
  ],
  columns: [nameColumn<ResourceQuota>(), ageColumn<ResourceQuota>()],
});

function hardCauses(name: string, amount: string): Cause[] {
  const field = `spec.hard[${name}]`;
  const value = quantity(amount);
  if (!(value >= 0)) return [invalidValue(field, amount, 'must be greater than or equal to 0')];
  return COUNTED.test(name) && !Number.isInteger(value)
    ? [invalidValue(field, amount, 'must be an integer')]
    : [];
}
