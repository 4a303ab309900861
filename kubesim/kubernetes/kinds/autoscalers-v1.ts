import type { Autoscaler } from './autoscalers.js';
import type { MetricStatus } from './autoscaler-targets.js';
import type { Metric, Source, Target } from './autoscaler-rules.js';
import { isJson, type Json } from './object.js';

/** Annotations of autoscaling/v1 with what its fields cannot say. */
const PREFIX = 'autoscaling.alpha.kubernetes.io';
const METRICS = `${PREFIX}/metrics`;
const CURRENT_METRICS = `${PREFIX}/current-metrics`;
const BEHAVIOR = `${PREFIX}/behavior`;
const CONDITIONS = `${PREFIX}/conditions`;

/** An autoscaler as autoscaling/v1. */
export function autoscalerOfV1(autoscaler: Autoscaler): Json {
  const { spec, status, ...rest } = autoscaler;
  const { scaleTargetRef, minReplicas, maxReplicas, metrics = [] } = spec;
  const cpu = metrics.filter(isCpuUtilization).at(-1)?.resource?.target?.averageUtilization;
  const annotations = { ...rest.metadata.annotations, ...annotationsOf(autoscaler) };
  return {
    ...rest,
    apiVersion: 'autoscaling/v1',
    metadata: { ...rest.metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: {
      ...{ scaleTargetRef, minReplicas, maxReplicas },
      ...(cpu !== undefined && { targetCPUUtilizationPercentage: cpu }),
    },
    status: statusOfV1(status),
  };
}

function annotationsOf({ spec: { metrics = [], behavior }, status }: Autoscaler): Record<string, string> {
  const { conditions = [], currentMetrics = [] } = status ?? {};
  const others = metrics.filter((metric) => !isCpuUtilization(metric));
  return {
    ...(others.length > 0 && { [METRICS]: JSON.stringify(others.map(metricOfV1)) }),
    ...(currentMetrics.length > 0 && { [CURRENT_METRICS]: JSON.stringify(currentMetrics.map(currentOfV1)) }),
    ...(behavior && { [BEHAVIOR]: JSON.stringify(behavior) }),
    ...(conditions.length > 0 && { [CONDITIONS]: JSON.stringify(conditions) }),
  };
}

function statusOfV1(status: Autoscaler['status'] = {}): Json {
  const { conditions: _conditions, currentMetrics = [], ...replicas } = status;
  const cpu = currentMetrics.find(({ resource }) => resource?.name === 'cpu')?.resource?.current;
  const used = cpu?.averageUtilization;
  return {
    ...{ currentReplicas: 0, desiredReplicas: 0, ...replicas },
    ...(used !== undefined && { currentCPUUtilizationPercentage: used }),
  };
}

/** The stored autoscaler of a body of autoscaling/v1. Annotations that are no JSON say nothing. */
export function autoscalerFromV1(body: Json): Json {
  const { metadata, spec, ...rest } = body;
  const { annotations: given, ...named } = isJson(metadata) ? metadata : {};
  const { targetCPUUtilizationPercentage: cpu, ...scaled } = isJson(spec) ? spec : {};
  const {
    [METRICS]: metrics,
    [CURRENT_METRICS]: _current,
    [BEHAVIOR]: behavior,
    [CONDITIONS]: _conditions,
    ...annotations
  } = isJson(given) ? given : {};
  const target = { type: 'Utilization', averageUtilization: cpu };
  const others = parsed(metrics);
  const all = [
    ...(Array.isArray(others) ? others.filter(isJson).map(metricFromV1) : []),
    ...(cpu === undefined || cpu === null ? [] : [{ type: 'Resource', resource: { name: 'cpu', target } }]),
  ];
  const rules = parsed(behavior);
  return {
    ...rest,
    metadata: { ...named, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: { ...scaled, ...(all.length > 0 && { metrics: all }), ...(isJson(rules) && { behavior: rules }) },
  };
}

function isCpuUtilization({ type, resource }: Metric): boolean {
  return type === 'Resource' && resource?.name === 'cpu' && resource.target?.averageUtilization !== undefined;
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

const FIELDS = ['resource', 'containerResource', 'pods', 'object', 'external'] as const;

type SourceOfMetric = Source & { readonly metric?: { readonly selector?: unknown } };

function metricOfV1(metric: Metric): Json {
  const field = FIELDS.find((name) => metric[name]);
  const source: SourceOfMetric = (field && metric[field]) ?? {};
  return { type: metric.type, ...(field && { [field]: SOURCES_OF_V1[field](source, source.target ?? {}) }) };
}

const resourceOfV1 = ({ name, container }: SourceOfMetric, target: Target): Json => ({
  ...{ name, container },
  ...{ targetAverageUtilization: target.averageUtilization, targetAverageValue: target.averageValue },
});

/** The sources of metrics as autoscaling/v1 has them. */
const SOURCES_OF_V1: Readonly<
  Record<(typeof FIELDS)[number], (source: SourceOfMetric, target: Target) => Json>
> = {
  resource: resourceOfV1,
  containerResource: resourceOfV1,
  pods: ({ metric }, { averageValue }) => ({
    metricName: metric?.name,
    selector: metric?.selector,
    targetAverageValue: averageValue,
  }),
  object: ({ metric, describedObject }, { value = '0', averageValue }) => ({
    target: describedObject,
    metricName: metric?.name,
    selector: metric?.selector,
    targetValue: value,
    averageValue,
  }),
  external: ({ metric }, { value, averageValue }) => ({
    metricName: metric?.name,
    metricSelector: metric?.selector,
    targetValue: value,
    targetAverageValue: averageValue,
  }),
};

function metricFromV1(metric: Json): Json {
  const field = FIELDS.find((name) => isJson(metric[name]));
  const source = field && metric[field];
  return { type: metric['type'], ...(field && isJson(source) && { [field]: sourceFromV1(field, source) }) };
}

function sourceFromV1(field: (typeof FIELDS)[number], source: Json): Json {
  const { name, container, target, metricName, selector, metricSelector, averageValue } = source;
  const { targetValue, targetAverageValue, targetAverageUtilization } = source;
  const average = { type: 'AverageValue', averageValue: targetAverageValue };
  switch (field) {
    case 'object':
      return {
        describedObject: target,
        metric: { name: metricName, selector },
        target: averageValue ? { type: 'AverageValue', averageValue } : { type: 'Value', value: targetValue },
      };
    case 'external':
      return {
        metric: { name: metricName, selector: metricSelector },
        target: targetAverageValue ? average : { type: 'Value', value: targetValue },
      };
    case 'pods':
      return { metric: { name: metricName, selector }, target: average };
    default: {
      const used = { type: 'Utilization', averageUtilization: targetAverageUtilization };
      return { name, container, target: targetAverageUtilization === undefined ? average : used };
    }
  }
}

/** The current value of a metric as autoscaling/v1 has it. */
function currentOfV1(status: MetricStatus): Json {
  const field = FIELDS.find((name) => status[name]);
  const { current, ...source } = (field && status[field]) ?? { current: {} };
  const { value, averageValue, averageUtilization } = current;
  return {
    type: status.type,
    ...(field && {
      [field]: {
        ...source,
        currentValue: value,
        currentAverageValue: averageValue,
        currentAverageUtilization: averageUtilization,
      },
    }),
  };
}
