import type { Cause } from '../schema/cause.js';

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
