import type { Metric, Source, Target } from './autoscaler-rules.js';

/** The current value of a metric; without a source if it could not be measured. */
export interface MetricStatus {
  readonly type: string;
  readonly resource?: CurrentValue & { readonly name: string };
  readonly containerResource?: CurrentValue & { readonly name: string; readonly container?: string };
  readonly pods?: CurrentValue;
  readonly object?: CurrentValue;
  readonly external?: CurrentValue;
}

interface CurrentValue {
  readonly current: Pick<Target, 'value' | 'averageValue' | 'averageUtilization'>;
}

/** Metrics that a table shows. */
const SHOWN = 2;
const UNKNOWN = '<unknown>';

/** The metrics of an autoscaler in a table, each as its current value and its target: `cpu: 47%/50%`. */
export function targetsText(metrics: readonly Metric[] = [], statuses: readonly MetricStatus[] = []): string {
  if (metrics.length === 0) return '<none>';
  const texts = metrics.slice(0, SHOWN).map((metric, index) => targetText(metric, statuses[index]));
  const more = metrics.length - SHOWN;
  return texts.join(', ') + (more > 0 ? ` + ${more} more...` : '');
}

function targetText(metric: Metric, status: MetricStatus | undefined): string {
  const { type = '' } = metric;
  const field = FIELDS[type];
  const source = field && metric[field];
  return field && source ? TEXTS[field](source, status?.[field]?.current ?? {}) : '<unknown type>';
}

type SourceName = Exclude<keyof Metric & keyof MetricStatus, 'type'>;

/** The fields of the sources of each type. */
const FIELDS: Readonly<Record<string, SourceName | undefined>> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
};

type Current = CurrentValue['current'];

const TEXTS: Readonly<Record<SourceName, (source: Source, current: Current) => string>> = {
  resource: resourceText,
  containerResource: resourceText,
  pods: ({ target }, { averageValue }) => `${averageValue ?? UNKNOWN}/${target?.averageValue ?? ''}`,
  object: valueText,
  external: valueText,
};

function resourceText(
  { name = '', target = {} }: Source,
  { averageValue, averageUtilization }: Current,
): string {
  if (target.averageValue !== undefined) return `${name}: ${averageValue ?? UNKNOWN}/${target.averageValue}`;
  const percent = (number: number | undefined, none: string) => (number === undefined ? none : `${number}%`);
  return `${name}: ${percent(averageUtilization, UNKNOWN)}/${percent(target.averageUtilization, '<auto>')}`;
}

function valueText({ target = {} }: Source, { averageValue, value }: Current): string {
  return target.averageValue === undefined
    ? `${value ?? UNKNOWN}/${target.value ?? ''}`
    : `${averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
}
