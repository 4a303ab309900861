import { ApiError } from '../kinds/status.js';
import type { ManagedEntry } from './managed-entries.js';
import { pathText } from './path-element.js';
import type { Conflict } from './ownership.js';

/**
 * The error of an apply that would change fields of other managers. `apiVersion` is shown instead of that of their
 * fields.
 */
export function applyConflict(found: readonly Conflict[], apiVersion?: string): ApiError {
  const conflicts =
    apiVersion === undefined
      ? found
      : found.map((conflict) => ({ ...conflict, owner: { ...conflict.owner, apiVersion } }));
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(owner)}`,
    field: pathText(path),
  }));
  return new ApiError(409, 'Conflict', conflictText(conflicts), { causes });
}

function conflictText(conflicts: readonly Conflict[]): string {
  const [first, ...others] = conflicts;
  if (first && others.length === 0)
    return `Apply failed with 1 conflict: conflict with ${managerText(first.owner)}: ${pathText(first.path)}`;
  const owners = [...Map.groupBy(conflicts, ({ ownerId }) => ownerId)].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = owners.flatMap(([, group]) => [
    ...group.slice(0, 1).map(({ owner }) => `conflicts with ${managerText(owner)}:`),
    ...group.map(({ path }) => `- ${pathText(path)}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function managerText({ manager, operation, apiVersion, subresource }: ManagedEntry): string {
  const through = subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  return `${JSON.stringify(manager)}${through}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}
