/** One condition on a label, as in Kubernetes' LabelSelector. */
export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /** Of In and NotIn: at least one; otherwise none. */
  readonly values?: readonly string[];
}

/** Selects clusters by their labels, as Kubernetes' LabelSelector does: all conditions hold. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

/** Limits of a selector: it becomes part of the SQL of every list. */
const MAX_REQUIREMENTS = 20;
const MAX_VALUES = 50;
const KEY = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const EQUALITY = /^([^\s=!(),]+)\s*(==|=|!=)\s*([^\s=!(),]*)$/;
const SET = /^([^\s=!(),]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EXISTENCE = /^(!?)\s*([^\s=!(),]+)$/;

/**
 * Parses a selector as text, in the syntax of kubectl: `env=prod,tier in (a,b),!canary`. Throws an Error if it is
 * malformed, empty or too long.
 */
export function parseLabelSelector(text: string): LabelSelector {
  const matchExpressions = splitRequirements(text).map(parseRequirement);
  if (matchExpressions.length > MAX_REQUIREMENTS)
    throw new Error(`a selector has at most ${MAX_REQUIREMENTS} requirements`);
  return { matchExpressions };
}

/** Splits at the commas that are not within parentheses. */
function splitRequirements(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text.slice(0, 10_000)) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

function parseRequirement(text: string): LabelSelectorRequirement {
  return checked(parseEquality(text) ?? parseSet(text) ?? parseExistence(text), text);
}

function parseEquality(text: string): LabelSelectorRequirement | undefined {
  const [, key, sign, value] = EQUALITY.exec(text) ?? [];
  if (key === undefined || value === undefined) return undefined;
  return { key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] };
}

function parseSet(text: string): LabelSelectorRequirement | undefined {
  const [, key, operator, values] = SET.exec(text) ?? [];
  if (key === undefined || values === undefined) return undefined;
  const list = values.split(',').map((value) => value.trim());
  return { key, operator: operator === 'in' ? 'In' : 'NotIn', values: list };
}

function parseExistence(text: string): LabelSelectorRequirement {
  const [, negated, key = ''] = EXISTENCE.exec(text) ?? [];
  return { key, operator: negated ? 'DoesNotExist' : 'Exists' };
}

function checked(requirement: LabelSelectorRequirement, text: string): LabelSelectorRequirement {
  const { key, values = [] } = requirement;
  if (!KEY.test(key)) throw new Error(`'${text}' is not a requirement of a label selector`);
  if (values.length > MAX_VALUES) throw new Error(`a requirement has at most ${MAX_VALUES} values`);
  const wrong = values.find((value) => !VALUE.test(value));
  if (wrong !== undefined) throw new Error(`'${wrong}' is not a value of a label`);
  return requirement;
}

/** All conditions of a selector in one form. */
export function requirementsOf(selector: LabelSelector): readonly LabelSelectorRequirement[] {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]): LabelSelectorRequirement => ({
    key,
    operator: 'In',
    values: [value],
  }));
  return [...equal, ...(selector.matchExpressions ?? [])];
}

/** The selector in the syntax that `parseLabelSelector` reads. */
export function labelSelectorText(selector: LabelSelector): string {
  return requirementsOf(selector).map(requirementText).join(',');
}

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      if (values.length === 1) return `${key}${operator === 'In' ? '=' : '!='}${values[0]!}`;
      return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
  }
}

/** Whether labels satisfy the selector. As in Kubernetes, NotIn holds for labels without the key. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return requirementsOf(selector).every(({ key, operator, values = [] }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  });
}
