import type { Problem } from '../../../kernel/result.js';
import { isStringMap } from './cluster-filter.js';

const NAME = /^[\p{Script=Han}A-Za-z0-9][\p{Script=Han}A-Za-z0-9-]{0,62}$/u;
const MAX_LABELS = 50;
const MAX_LABEL_KEY = 128;
const MAX_LABEL_VALUE = 256;

/** Validates the name of a cluster or node pool. */
export function validateName(name: string, path: readonly string[]): Problem[] {
  if (NAME.test(name)) return [];
  const message =
    'A name has 1 to 63 letters, Chinese characters, digits and hyphens, and does not begin with a hyphen.';
  return [{ code: 'INVALID_INPUT', message, path }];
}

/** Validates labels: a map of at most 50 strings; keys of up to 128 characters, values of up to 256. */
export function validateLabels(labels: unknown, path: readonly string[]): Problem[] {
  if (labels == null) return [];
  if (!isStringMap(labels)) return [{ code: 'INVALID_INPUT', message: 'Labels are a map of strings.', path }];
  const entries = Object.entries(labels);
  if (entries.length > MAX_LABELS) {
    const message = `At most ${MAX_LABELS} labels, not ${entries.length}.`;
    return [{ code: 'INVALID_INPUT', message, path }];
  }
  return entries
    .filter(([key, value]) => key.length < 1 || key.length > MAX_LABEL_KEY || value.length > MAX_LABEL_VALUE)
    .map(([key]) => ({
      code: 'INVALID_INPUT',
      message: `A label has a key of 1 to ${MAX_LABEL_KEY} characters and a value of at most ${MAX_LABEL_VALUE}.`,
      path: [...path, key.slice(0, MAX_LABEL_KEY)],
    }));
}
