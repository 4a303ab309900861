import { forbiddenValue, formatCauses, invalidValue, required, unsupported } from '../schema/causes.js';
import { dnsLabel, pathSegment } from './formats.js';
import { quantity } from './quantity.js';
import { containerResourceCauses } from './resource-name-rules.js';
import type { Cause } from './resource.js';

interface Reference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** What a metric of pods should be. */
export interface Target {
  readonly type?: string;
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

export interface Source {
  readonly name?: string;
  readonly container?: string;
  readonly describedObject?: Reference;
  readonly metric?: { readonly name?: string };
  readonly target?: Target;
}

/** The sources of metrics in the order of errors. */
const SOURCE_NAMES = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;

type SourceName = (typeof SOURCE_NAMES)[number];

/** A metric by which an autoscaler scales. */
export type Metric = Readonly<Partial<Record<SourceName, Source>>> & { readonly type?: string };

interface Policy {
  readonly type?: string;
  readonly value?: number;
  readonly periodSeconds?: number;
}

/** How fast an autoscaler adds, or removes, pods. */
export interface ScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: string;
  readonly policies?: readonly Policy[];
  readonly tolerance?: string;
}

/** The spec of a HorizontalPodAutoscaler. */
export interface AutoscalerSpec {
  readonly scaleTargetRef?: Reference;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly metrics?: readonly Metric[];
  readonly behavior?: { readonly scaleUp?: ScalingRules; readonly scaleDown?: ScalingRules };
}

/** Validates the spec of a HorizontalPodAutoscaler. */
export function autoscalerCauses(spec: AutoscalerSpec): Cause[] {
  const { scaleTargetRef = {}, minReplicas = 1, metrics = [], behavior } = spec;
  return [
    ...replicaCauses(spec),
    ...referenceCauses(scaleTargetRef, 'spec.scaleTargetRef'),
    ...metrics.flatMap((metric, index) => metricCauses(metric, `spec.metrics[${index}]`)),
    ...(minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')
      ? [
          forbiddenValue(
            'spec.metrics',
            'must specify at least one Object or External metric to support scaling to zero replicas',
          ),
        ]
      : []),
    ...(['scaleUp', 'scaleDown'] as const).flatMap((direction) => {
      const rules = behavior?.[direction];
      return rules ? scalingCauses(rules, `spec.behavior.${direction}`) : [];
    }),
  ];
}

function replicaCauses({ minReplicas = 1, maxReplicas = 0 }: AutoscalerSpec): Cause[] {
  const field = 'spec.maxReplicas';
  return [
    ...(minReplicas < 1
      ? [invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1')]
      : []),
    ...(maxReplicas === 0 ? [required(field, 'must be set and greater than 0')] : []),
    ...(maxReplicas < 0 ? [invalidValue(field, maxReplicas, 'must be greater than or equal to 1')] : []),
    ...(maxReplicas < minReplicas
      ? [invalidValue(field, maxReplicas, 'must be greater than or equal to `minReplicas`')]
      : []),
  ];
}

function referenceCauses({ apiVersion = '', kind, name }: Reference, path: string): Cause[] {
  return [
    ...(kind ? formatCauses(`${path}.kind`, kind, pathSegment) : [required(`${path}.kind`)]),
    ...(name ? formatCauses(`${path}.name`, name, pathSegment) : [required(`${path}.name`)]),
    ...(apiVersion
      ? []
      : [invalidValue(`${path}.apiVersion`, apiVersion, 'apiVersion must specify API group')]),
  ];
}

/** The sources of metrics by their types. */
const SOURCES: Readonly<Record<string, SourceName | undefined>> = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
};
const TYPES = Object.keys(SOURCES).sort();

function metricCauses(metric: Metric, path: string): Cause[] {
  const { type = '' } = metric;
  const own = SOURCES[type];
  const given = SOURCE_NAMES.filter((name) => metric[name] !== undefined);
  return [
    ...(own ? [] : typeCauses(type, `${path}.type`)),
    ...given.slice(0, 1).flatMap((name) => CHECKS[name](metric[name] ?? {}, `${path}.${name}`)),
    ...(own && !metric[own]
      ? [required(`${path}.${own}`, 'must populate information for the given metric source')]
      : []),
    ...(given.length === 1 ? [] : given.filter((name) => name !== own)).map((name) =>
      forbiddenValue(`${path}.${name}`, 'must populate the given metric source only'),
    ),
  ];
}

/** API servers report an unknown type twice. */
function typeCauses(type: string, field: string): Cause[] {
  const unknown = unsupported(field, type, TYPES);
  const missing = type === '' ? [required(field, 'must specify a metric source type')] : [];
  return [...missing, unknown, unknown];
}

const CHECKS: Readonly<Record<SourceName, (source: Source, path: string) => Cause[]>> = {
  object: ({ describedObject = {}, metric, target = {} }, path) => [
    ...referenceCauses(describedObject, `${path}.describedObject`),
    ...metricNameCauses(metric, `${path}.metric.name`),
    ...targetCauses(target, `${path}.target`),
    ...(target.value === undefined && target.averageValue === undefined
      ? [required(`${path}.target.averageValue`, 'must set either a target value or averageValue')]
      : []),
  ],
  external: ({ metric, target = {} }, path) => {
    const { value, averageValue } = target;
    const either = 'must set either a target value for metric or a per-pod target';
    const both = 'may not set both a target value for metric and a per-pod target';
    return [
      ...metricNameCauses(metric, `${path}.metric.name`),
      ...targetCauses(target, `${path}.target`),
      ...(value === undefined && averageValue === undefined
        ? [required(`${path}.target.averageValue`, either)]
        : []),
      ...(value !== undefined && averageValue !== undefined
        ? [forbiddenValue(`${path}.target.value`, both)]
        : []),
    ];
  },
  pods: ({ metric, target = {} }, path) => [
    ...metricNameCauses(metric, `${path}.metric.name`),
    ...targetCauses(target, `${path}.target`),
    ...(target.averageValue === undefined
      ? [required(`${path}.target.averageValue`, 'must specify a positive target averageValue')]
      : []),
  ],
  resource: (source, path) => [
    ...(source.name ? [] : [required(`${path}.name`, 'must specify a resource name')]),
    ...usageCauses(source.target ?? {}, `${path}.target`),
  ],
  containerResource: ({ name, container, target = {} }, path) => [
    ...(name
      ? containerResourceCauses(name, `${path}.name`)
      : [required(`${path}.name`, 'must specify a resource name')]),
    ...(container
      ? formatCauses(`${path}.container`, container, dnsLabel)
      : [required(`${path}.container`, 'must specify a container')]),
    ...usageCauses(target, `${path}.target`),
  ],
};

function metricNameCauses(metric: Source['metric'], field: string): Cause[] {
  return metric?.name
    ? formatCauses(field, metric.name, pathSegment)
    : [required(field, 'must specify a metric name')];
}

/** A resource is used by an amount or by a share of the request. */
function usageCauses(target: Target, path: string): Cause[] {
  const { averageUtilization, averageValue } = target;
  const either = 'must set either a target raw value or a target utilization';
  const both = 'may not set both a target raw value and a target utilization';
  return [
    ...targetCauses(target, path),
    ...(averageUtilization === undefined && averageValue === undefined
      ? [required(`${path}.averageUtilization`, either)]
      : []),
    ...(averageUtilization !== undefined && averageValue !== undefined
      ? [forbiddenValue(`${path}.averageValue`, both)]
      : []),
  ];
}

const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

function targetCauses({ type = '', averageUtilization, ...amounts }: Target, path: string): Cause[] {
  const field = `${path}.type`;
  return [
    ...(type === '' ? [required(field, 'must specify a metric target type')] : []),
    ...(TARGET_TYPES.includes(type)
      ? []
      : [invalidValue(field, type, 'must be either Utilization, Value, or AverageValue')]),
    ...(['value', 'averageValue'] as const)
      .filter((name) => amounts[name] !== undefined && !(quantity(amounts[name]) > 0))
      .map((name) => invalidValue(`${path}.${name}`, amounts[name], 'must be positive')),
    ...(averageUtilization !== undefined && averageUtilization < 1
      ? [invalidValue(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0')]
      : []),
  ];
}

const MOST_SECONDS = { window: 3600, period: 1800 };
const SELECTIONS = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];

function scalingCauses(rules: ScalingRules, path: string): Cause[] {
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies = [], tolerance } = rules;
  const field = `${path}.stabilizationWindowSeconds`;
  return [
    ...(window < 0 ? [invalidValue(field, window, 'must be greater than or equal to zero')] : []),
    ...(window > MOST_SECONDS.window
      ? [invalidValue(field, window, `must be less than or equal to ${MOST_SECONDS.window}`)]
      : []),
    ...(selectPolicy !== undefined && !SELECTIONS.includes(selectPolicy)
      ? [unsupported(`${path}.selectPolicy`, selectPolicy, SELECTIONS)]
      : []),
    ...(policies.length === 0 ? [required(`${path}.policies`, 'must specify at least one Policy')] : []),
    ...policies.flatMap((policy, index) => policyCauses(policy, `${path}.policies[${index}]`)),
    ...(quantity(tolerance) < 0
      ? [invalidValue(`${path}.tolerance`, tolerance, 'must be greater than or equal to 0')]
      : []),
  ];
}

function policyCauses({ type = '', value = 0, periodSeconds = 0 }: Policy, path: string): Cause[] {
  const positive = 'must be greater than zero';
  const field = `${path}.periodSeconds`;
  return [
    ...(POLICY_TYPES.includes(type) ? [] : [unsupported(`${path}.type`, type, POLICY_TYPES)]),
    ...(value > 0 ? [] : [invalidValue(`${path}.value`, value, positive)]),
    ...(periodSeconds > 0 ? [] : [invalidValue(field, periodSeconds, positive)]),
    ...(periodSeconds > MOST_SECONDS.period
      ? [invalidValue(field, periodSeconds, `must be less than or equal to ${MOST_SECONDS.period}`)]
      : []),
  ];
}
