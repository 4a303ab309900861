import { forbiddenValue, formatCauses, invalidValue, required } from '../schema/causes.js';
import { labelValue, qualifiedName } from './formats.js';
import { labelCauses } from './metadata-rules.js';
import type { LabelSelector, Requirement } from './object.js';
import type { Cause } from './resource.js';

/** Validates a label selector at `field`. */
export function labelSelectorCauses(field: string, selector: LabelSelector | undefined): Cause[] {
  const { matchLabels, matchExpressions = [] } = selector ?? {};
  return [
    ...labelCauses(`${field}.matchLabels`, matchLabels),
    ...matchExpressions.flatMap((requirement, index) =>
      requirementCauses(`${field}.matchExpressions[${index}]`, requirement),
    ),
  ];
}

function requirementCauses(field: string, requirement: Requirement): Cause[] {
  const { key = '', values = [] } = requirement;
  return [
    ...operatorCauses(field, requirement),
    ...formatCauses(`${field}.key`, key, qualifiedName),
    ...values.flatMap((value, index) => formatCauses(`${field}.values[${index}]`, value, labelValue)),
  ];
}

function operatorCauses(field: string, { operator = '', values = [] }: Requirement): Cause[] {
  const at = `${field}.values`;
  if (operator === 'In' || operator === 'NotIn') {
    const why = "must be specified when `operator` is 'In' or 'NotIn'";
    return values.length === 0 ? [required(at, why)] : [];
  }
  if (operator !== 'Exists' && operator !== 'DoesNotExist')
    return [invalidValue(`${field}.operator`, operator, 'not a valid selector operator')];
  const why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
  return values.length > 0 ? [forbiddenValue(at, why)] : [];
}

/** Whether pods can be selected by the selector: its requirements are complete. */
export function isUsable({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return (
    labelCauses('', matchLabels).length === 0 &&
    matchExpressions.every((requirement) => requirementCauses('', requirement).length === 0)
  );
}

/** Whether the selector has no requirement. */
export function isEmptySelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}
