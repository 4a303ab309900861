import { duplicate, forbiddenValue, formatCauses, invalidValue, required } from '../schema/causes.js';
import { qualifiedName } from './formats.js';
import type { KubeObject } from './object.js';
import { quantity } from './quantity.js';
import { containerResourceCauses, resourceNameCauses } from './resource-name-rules.js';
import { resourceQuotaCauses, type ResourceQuota } from './resource-quota-rules.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

export type { ResourceQuota } from './resource-quota-rules.js';

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
      return [
        ...typeCauses(limit.type, `${path}.type`),
        ...(twice ? [duplicate(`${path}.type`, limit.type)] : []),
        ...nameCauses(limit, path),
        ...limitCauses(limit, path),
      ];
    }),
  columns: [
    nameColumn<LimitRange>(),
    { name: 'Created At', type: 'date', value: ({ metadata }) => metadata.creationTimestamp },
  ],
});

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];

function typeCauses(type: string, field: string): Cause[] {
  const problems = formatCauses(field, type, qualifiedName);
  return problems.length > 0 || type.includes('/') || TYPES.includes(type)
    ? problems
    : [invalidValue(field, type, 'must be a standard limit type or fully qualified')];
}

const AMOUNTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

/** Validates the names of the resources of a limit. */
function nameCauses(limit: Limit, path: string): Cause[] {
  const isOfPods = limit.type === 'Pod' || limit.type === 'Container';
  const check = isOfPods ? containerResourceCauses : resourceNameCauses;
  return AMOUNTS.filter((field) => limit.type !== 'Pod' || !field.startsWith('default')).flatMap((field) =>
    Object.keys(limit[field] ?? {}).flatMap((name) => check(name, `${path}.${field}[${name}]`)),
  );
}

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

/** Bounds and defaults of one resource that contradict each other. */
function limitCauses(limit: Limit, path: string): Cause[] {
  const names = new Set(
    [limit.max, limit.min, limit.default, limit.defaultRequest].flatMap((amounts) =>
      Object.keys(amounts ?? {}),
    ),
  );
  const ratios = limit.maxLimitRequestRatio ?? {};
  return [
    ...podCauses(limit, path),
    ...[...names].flatMap((name) => boundCauses(limit, path, name)),
    ...Object.entries(ratios).flatMap(([name, ratio]) =>
      ratioCauses(limit, `${path}.maxLimitRequestRatio[${name}]`, { name, ratio }),
    ),
  ];
}

/** Pods have no defaults, and a claim has a size. */
function podCauses({ type, min, max, ...limit }: Limit, path: string): Cause[] {
  if (type === 'Pod')
    return (['default', 'defaultRequest'] as const)
      .filter((name) => Object.keys(limit[name] ?? {}).length > 0)
      .map((name) => forbiddenValue(`${path}.${name}`, "may not be specified when `type` is 'Pod'"));
  if (type !== 'PersistentVolumeClaim' || min?.['storage'] || max?.['storage']) return [];
  const why = 'either minimum or maximum storage value is required, but neither was provided';
  return [required(`${path}.limits`, why)];
}

/** Which bound must not be above which, with the field and the field of the value that an API server reports. */
const ORDER = [
  ['min', 'max', 'min', 'min'],
  ['min', 'defaultRequest', 'defaultRequest', 'defaultRequest'],
  ['defaultRequest', 'max', 'defaultRequest', 'defaultRequest'],
  ['defaultRequest', 'default', 'defaultRequest', 'defaultRequest'],
  ['min', 'default', 'default', 'min'],
  ['default', 'max', 'default', 'max'],
] as const;

const WORDS = {
  ...{ min: 'min value', max: 'max value', default: 'default value' },
  defaultRequest: 'default request value',
};

function boundCauses(limit: Limit, path: string, name: string): Cause[] {
  return ORDER.flatMap(([low, high, field, shown]) => {
    const [least, most] = [limit[low]?.[name], limit[high]?.[name]];
    if (least === undefined || most === undefined || quantity(least) <= quantity(most)) return [];
    const bound = low === 'defaultRequest' && high === 'default' ? 'default limit value' : WORDS[high];
    const why = `${WORDS[low]} ${least} is greater than ${bound} ${most}`;
    return [invalidValue(`${path}.${field}[${name}]`, limit[shown]?.[name], why)];
  });
}

interface Ratio {
  readonly name: string;
  readonly ratio: string;
}

function ratioCauses({ min, max }: Limit, field: string, { name, ratio }: Ratio): Cause[] {
  const most = quantity(max?.[name]) / quantity(min?.[name]);
  return [
    ...(quantity(ratio) < 1 ? [invalidValue(field, ratio, `ratio ${ratio} is less than 1`)] : []),
    ...(min?.[name] && max?.[name] && quantity(ratio) > most
      ? [invalidValue(field, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`)]
      : []),
  ];
}

export const resourceQuotas = defineResource<ResourceQuota>({
  kind: 'ResourceQuota',
  defaults: (quota) => ({ ...quota, spec: quota.spec ?? {} }),
  validate: resourceQuotaCauses,
  columns: [
    nameColumn<ResourceQuota>(),
    { name: 'Request', type: 'string', value: (quota) => amountsText(quota, (name) => !isLimit(name)) },
    { name: 'Limit', type: 'string', value: (quota) => amountsText(quota, isLimit) },
    ageColumn<ResourceQuota>(),
  ],
});

function isLimit(name: string): boolean {
  return name.startsWith('limits.');
}

/** `pods: 1/5, secrets: 0/10`: what is used of what is allowed. */
function amountsText({ status }: ResourceQuota, isShown: (name: string) => boolean): string {
  const { hard = {}, used = {} } = status ?? {};
  return Object.keys(hard)
    .filter(isShown)
    .sort()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
    .join(', ');
}
