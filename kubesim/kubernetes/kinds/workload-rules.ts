import {
  changeCauses,
  forbiddenValue,
  invalidValue,
  negativeCauses,
  required,
  unsupported,
} from '../schema/causes.js';
import type { PodTemplate } from './core.js';
import { isEmptySelector, isUsable, labelSelectorCauses } from './label-selector-rules.js';
import type { KubeObject, LabelSelector } from './object.js';
import { podTemplateCauses } from './pod-template-rules.js';
import type { Cause } from './resource.js';
import { matchesLabels } from './selector.js';

/** A kind that runs pods of one template until it is deleted. */
export interface Workload extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly selector?: LabelSelector;
    readonly template: PodTemplate;
  };
}

/** How the rules name a kind of workload. */
export interface WorkloadWords {
  /** In the error of an empty selector. */
  readonly emptySelector: string;
  /** In the error of a deadline of pods. */
  readonly deadline: string;
  /** The text of an unusable selector. */
  readonly unusable?: string;
  /** Whether its schema requires a selector, so that only one that is missing is not reported here. */
  readonly optionalSelector?: boolean;
}

const SELECTOR = 'spec.selector';
const TEMPLATE = 'spec.template';

/** Validates what all workloads have: their counts, their selector and their template. */
export function workloadCauses(words: WorkloadWords, { spec }: Workload, old?: Workload): Cause[] {
  const counts = (['replicas', 'minReadySeconds', 'revisionHistoryLimit'] as const).flatMap((name) =>
    negativeCauses(`spec.${name}`, spec[name]),
  );
  return [
    ...counts,
    ...selectorCauses(words, spec),
    ...(old ? changeCauses(SELECTOR, spec.selector, old.spec.selector) : []),
    ...(spec.template === old?.spec.template ? [] : templateCauses(spec.template, words)),
  ];
}

/** The causes of a template that differs from the stored one, which was checked when it was written. */
function templateCauses(template: PodTemplate, { deadline }: WorkloadWords): Cause[] {
  return [...podTemplateCauses(template, TEMPLATE), ...lifetimeCauses(template, TEMPLATE, deadline)];
}

function selectorCauses(words: WorkloadWords, { selector, template }: Workload['spec']): Cause[] {
  if (!selector) {
    const unmatched = unmatchedCauses(undefined, template);
    return words.optionalSelector ? unmatched : [required(SELECTOR), ...unmatched];
  }
  const causes = labelSelectorCauses(SELECTOR, selector);
  if (isEmptySelector(selector)) {
    const why = `empty selector is invalid for ${words.emptySelector}`;
    return [...causes, invalidValue(SELECTOR, selector, why)];
  }
  if (isUsable(selector)) return [...causes, ...unmatchedCauses(selector, template)];
  return words.unusable === undefined
    ? causes
    : [...causes, invalidValue(SELECTOR, selector, words.unusable)];
}

/** Cause of a template whose pods the selector does not select. */
export function unmatchedCauses(selector: LabelSelector | undefined, template: PodTemplate): Cause[] {
  const labels = template.metadata?.labels;
  if (matchesLabels(selector, labels)) return [];
  const why = '`selector` does not match template `labels`';
  return [invalidValue(`${TEMPLATE}.metadata.labels`, labels ?? null, why)];
}

/** Pods of a workload run until they are deleted. */
export function lifetimeCauses({ spec }: PodTemplate, path: string, kind: string): Cause[] {
  const { restartPolicy = 'Always', activeDeadlineSeconds } = spec;
  const why = `activeDeadlineSeconds in ${kind} is not Supported`;
  return [
    ...(restartPolicy === 'Always'
      ? []
      : [unsupported(`${path}.spec.restartPolicy`, restartPolicy, ['Always'])]),
    ...(activeDeadlineSeconds === undefined
      ? []
      : [forbiddenValue(`${path}.spec.activeDeadlineSeconds`, why)]),
  ];
}
