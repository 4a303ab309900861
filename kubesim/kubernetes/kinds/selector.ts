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
  Gt: (value, [bound]) => integerOf(value) > integerOf(bound),
  Lt: (value, [bound]) => integerOf(value) < integerOf(bound),
};

/** An integer as Gt and Lt compare it; NaN for other texts. */
function integerOf(text = ''): number {
  return isInteger(text) ? Number(text) : Number.NaN;
}

/** Whether the text is an integer of 64 bits. */
export function isInteger(text: string): boolean {
  return (
    /^[-+]?\d{1,100}$/.test(text) &&
    BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''))
  );
}

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
