import type { KubeObject, LabelSelector, Requirement } from './object.js';

export type Predicate = (object: KubeObject) => boolean;
type Labels = Readonly<Record<string, string>> | undefined;

/** Whether the labels satisfy one requirement of a label selector. */
export function satisfies(labels: Labels, { key, operator, values = [] }: Requirement): boolean {
  return OPERATORS[operator]?.(valueOf(labels, key), values) ?? false;
}

/** The value of a label; a label that has the name of a property of JavaScript is only a label. */
function valueOf(labels: Labels, key: string): string | undefined {
  return labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

type Operator = (value: string | undefined, values: readonly string[]) => boolean;

// A missing value becomes NaN, for which all comparisons are false.
const OPERATORS: Readonly<Record<string, Operator | undefined>> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
  Gt: (value, [bound]) => Number(value) > Number(bound),
  Lt: (value, [bound]) => Number(value) < Number(bound),
};

/** Whether the labels satisfy a selector of a spec. An empty selector matches everything. */
export function matchesLabels(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (!selector) return false;
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (valueOf(labels, key) !== value) return false;
  }
  return (selector.matchExpressions ?? []).every((requirement) => satisfies(labels, requirement));
}

/** A selector as text, for the scale subresource and tables. */
export function selectorText(selector: LabelSelector | undefined): string {
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const more = (selector?.matchExpressions ?? []).map(({ key, operator, values }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${(values ?? []).join(',')})`;
  });
  return [...labels, ...more].join(',') || '<none>';
}

const SET = /^([^\s!=,()]+)\s+(in|notin)\s+\(([^)]*)\)$/;
const EQUALITY = /^([^\s!=,()]+)\s*(==|=|!=)\s*([^\s=,()]*)$/;
const BARE = /^(!?)\s*([^\s!=,()]+)$/;

/** Parses a `labelSelector` parameter: `app=web,tier in (a,b),!canary`. Throws if it is malformed. */
export function parseLabelSelector(text: string): Requirement[] {
  return splitOutsideParentheses(text).map((part) => requirement(part));
}

function requirement(part: string): Requirement {
  const inList = setRequirement(part);
  if (inList) return inList;
  const [, key, sign, value = ''] = EQUALITY.exec(part) ?? [];
  if (key !== undefined) return { key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] };
  const [, not, bareKey] = BARE.exec(part) ?? [];
  if (bareKey !== undefined) return { key: bareKey, operator: not ? 'DoesNotExist' : 'Exists' };
  throw new Error(`unable to parse requirement: ${part}`);
}

function setRequirement(part: string): Requirement | undefined {
  const [, key, operator, list = ''] = SET.exec(part) ?? [];
  if (key === undefined) return undefined;
  const values = list.split(',').map((value) => value.trim());
  return { key, operator: operator === 'in' ? 'In' : 'NotIn', values };
}

function splitOutsideParentheses(text: string): string[] {
  const parts = text.match(/(?:\([^)]*\)?|[^,(])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** One term of a `fieldSelector` parameter. */
export interface FieldTerm {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/** Parses a `fieldSelector` parameter: `status.phase!=Failed,spec.nodeName=n1`. Throws if it is malformed. */
export function parseFieldSelector(text: string): FieldTerm[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [, field, operator, value] = /^([^!=]*?)(!=|==|=)(.*)$/.exec(part) ?? [];
      if (field === undefined) throw new Error(`invalid selector: '${text}'; can't understand '${part}'`);
      return { field, equal: operator !== '!=', value: value ?? '' };
    });
}
