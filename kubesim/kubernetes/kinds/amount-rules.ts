import { formatCauses, invalidValue, negativeCauses } from '../schema/causes.js';
import { percent } from './formats.js';
import type { Cause } from './resource.js';

/** A number of pods, or a percentage such as `25%`. */
export type Amount = number | string;

/** Validates a number or percentage at `field`. */
export function amountCauses(field: string, amount: Amount | undefined): Cause[] {
  return typeof amount === 'string' ? formatCauses(field, amount, percent) : negativeCauses(field, amount);
}

/** Cause of a percentage above a hundred. */
export function excessCauses(field: string, amount: Amount | undefined): Cause[] {
  const isExcess = isPercentage(amount) && Number.parseInt(amount) > 100;
  return isExcess ? [invalidValue(field, amount, 'must not be greater than 100%')] : [];
}

/** Whether the amount is nothing: 0, 0 %, or a text that is neither. */
export function isZero(amount: Amount | undefined): boolean {
  return !(isPercentage(amount) ? Number.parseInt(amount) : Number(amount));
}

function isPercentage(amount: Amount | undefined): amount is string {
  return typeof amount === 'string' && percent(amount).length === 0;
}
