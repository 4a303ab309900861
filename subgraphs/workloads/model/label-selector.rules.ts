import type { LabelSelector, LabelSelectorRequirement } from 'kubernetes-types/meta/v1.js';

/** A selector in the form of the query parameter `labelSelector`; undefined when it selects everything. */
export function toSelector(selector: LabelSelector): string | undefined {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const parts = [...equal, ...(selector.matchExpressions ?? []).map(toRequirement)];
  return parts.length === 0 ? undefined : parts.join(',');
}

function toRequirement({ key, operator, values = [] }: LabelSelectorRequirement): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return key;
  }
}
