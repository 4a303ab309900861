import { invalidValue } from '../schema/causes.js';
import type { Cause } from './resource.js';

/** Validates a path inside a directory. */
export function relativePathCauses(path: string, field: string): Cause[] {
  const isAbsolute = path.startsWith('/');
  return [
    ...(isAbsolute ? [invalidValue(field, path, 'must be a relative path')] : []),
    ...upwardPathCauses(path, field),
  ];
}

/** Cause of a path that leaves its directory. */
export function upwardPathCauses(path: string, field: string): Cause[] {
  return path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : [];
}
