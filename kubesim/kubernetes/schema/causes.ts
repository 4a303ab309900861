import { sameJson } from '../../../kernel/same-json.js';
import type { Cause } from './cause.js';

/** Cause of an invalid value. */
export function invalidValue(field: string, value: unknown, reason: string): Cause {
  return {
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${reason}`,
  };
}

/** Cause of a change of an immutable value. */
export function immutable(field: string, value: unknown): Cause {
  return invalidValue(field, value, 'field is immutable');
}

/** Cause of a missing value. */
export function required(field: string, detail = ''): Cause {
  return { field, reason: 'FieldValueRequired', message: `Required value${detail && `: ${detail}`}` };
}

/** Cause of a value that is not allowed here. */
export function forbiddenValue(field: string, detail: string): Cause {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${detail}` };
}

/** Cause of a value that occurs twice. */
export function duplicate(field: string, value: unknown): Cause {
  return { field, reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}` };
}

/** Cause of a value that is none of the supported ones. */
export function unsupported(field: string, value: unknown, supported: readonly string[]): Cause {
  const list = supported.map((text) => JSON.stringify(text)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return { field, reason: 'FieldValueNotSupported', message };
}

/** Causes of a text that has not the format: `format` returns what is wrong with it. */
export function formatCauses(
  field: string,
  text: string,
  format: (text: string) => readonly string[],
): Cause[] {
  return format(text).map((problem) => invalidValue(field, text, problem));
}

/** Cause of a number below zero. */
export function negativeCauses(field: string, value: number | undefined): Cause[] {
  return value === undefined || value >= 0
    ? []
    : [invalidValue(field, value, 'must be greater than or equal to 0')];
}

/** Cause of a change of a value that must not change. */
export function changeCauses(field: string, value: unknown, old: unknown): Cause[] {
  return sameJson(value, old) ? [] : [immutable(field, value)];
}

/** Cause of a text that is too long. */
export function tooLong(field: string, bytes: number): Cause {
  return { field, reason: 'FieldValueTooLong', message: `Too long: may not be more than ${bytes} bytes` };
}

/** Cause of a list that is too long. */
export function tooMany(field: string, count: number, most: number): Cause {
  const message = `Too many: ${count}: must have at most ${most} items`;
  return { field, reason: 'FieldValueTooMany', message };
}

/** Cause of a name of something that does not exist. */
export function notFoundValue(field: string, value: unknown): Cause {
  return { field, reason: 'FieldValueNotFound', message: `Not found: ${JSON.stringify(value)}` };
}
