import { principalIdsOf } from '../../../access/model/principal.js';
import { Rights } from '../../../access/model/rights.js';
import type { TargetCluster } from '../../../access/model/target.js';
import type { Verb } from '../../../access/model/verb.js';
import { type ScopeColumns, scopeOf } from '../../../access/store/grants.js';
import { throwProblem } from '../../../kernel/result.js';
import { type Permission, scopeInWords } from '../model/permission.js';
import type { Role } from '../model/role.js';
import type { AccessChange } from './access-change.js';

/** The token scope of the platform's operator: verbs that need it allow nothing without it. */
const OPERATOR_SCOPE = 'fleet:admin';

/** A scope, the cluster that it names, and where the client has written it. */
interface CheckedScope {
  readonly scope: ScopeColumns;
  readonly cluster: TargetCluster | undefined;
  readonly path: readonly string[];
}

/** Whether the caller may see a permission: one that applies to it, or in whose scope it may read permissions. */
export function maySee(
  { rights, actor, at }: Pick<AccessChange, 'rights' | 'actor' | 'at'>,
  permission: Permission,
  cluster: TargetCluster | undefined,
): boolean {
  return (
    principalIdsOf(actor).includes(permission.principalId) ||
    rights.contains('permissions.read', scopeOf(permission), at, cluster)
  );
}

/** Rejects with FORBIDDEN a caller without the verb in all of a scope. */
export function requireVerb(
  { rights, at }: Pick<AccessChange, 'rights' | 'at'>,
  verb: Verb,
  { scope, cluster, path }: CheckedScope,
): void {
  if (!rights.contains(verb, scopeOf(scope), at, cluster))
    throwProblem('FORBIDDEN', `You have no permission for ${verb} in ${scopeInWords(scope)}.`, { path });
}

/**
 * Rejects with FORBIDDEN a caller who does not have each verb of the role in all of the scope, by permissions and token.
 * Verbs of the platform's operator need only the permission: their holder needs the operator's token as well.
 */
export function requireRole(
  { rights, actor, at }: Pick<AccessChange, 'rights' | 'actor' | 'at'>,
  role: Pick<Role, 'name' | 'verbs'>,
  { scope, cluster, path }: CheckedScope,
): void {
  const delegable = new Rights(rights.grants, [...(actor.scopes ?? []), OPERATOR_SCOPE]);
  const missing = role.verbs.find((verb) => !delegable.contains(verb, scopeOf(scope), at, cluster));
  if (missing !== undefined)
    throwProblem(
      'FORBIDDEN',
      `The role ${role.name} has ${missing}, for which you have no permission in ${scopeInWords(scope)}. Nobody grants what they do not have.`,
      { path },
    );
}
