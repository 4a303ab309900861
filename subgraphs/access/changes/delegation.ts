import { principalIdsOf } from '../../../access/model/principal.js';
import { Rights } from '../../../access/model/rights.js';
import type { TargetCluster } from '../../../access/model/target.js';
import type { Verb } from '../../../access/model/verb.js';
import { type ScopeColumns, scopeOf } from '../../../access/store/grants.js';
import { readGrantors } from '../../../access/store/grantors.js';
import { ProblemError } from '../../../kernel/result.js';
import { forbidden } from '../../runtime/access/forbidden.js';
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
export async function requireVerb(change: AccessChange, verb: Verb, checked: CheckedScope): Promise<void> {
  const { rights, at } = change;
  const { scope, cluster } = checked;
  if (rights.contains(verb, scopeOf(scope), at, cluster)) return;
  await refuse(change, `You have no permission for ${verb} in ${scopeInWords(scope)}.`, { ...checked, verb });
}

/**
 * Rejects with FORBIDDEN a caller who does not have each verb of the role in all of the scope, by permissions and token.
 * Verbs of the platform's operator need only the permission: their holder needs the operator's token as well.
 */
export async function requireRole(
  change: AccessChange,
  role: Pick<Role, 'name' | 'verbs'>,
  checked: CheckedScope,
): Promise<void> {
  const { rights, actor, at } = change;
  const { scope, cluster } = checked;
  const delegable = new Rights(rights.grants, [...(actor.scopes ?? []), OPERATOR_SCOPE]);
  const missing = role.verbs.find((verb) => !delegable.contains(verb, scopeOf(scope), at, cluster));
  if (missing === undefined) return;
  const reason = `The role ${role.name} has ${missing}, for which you have no permission in ${scopeInWords(scope)}. Nobody grants what they do not have.`;
  await refuse(change, reason, { ...checked, verb: missing });
}

/** Rejects with FORBIDDEN, and with the principals that can grant the verb. */
async function refuse(
  { tx, account, at }: AccessChange,
  reason: string,
  { verb, scope, cluster, path }: CheckedScope & { readonly verb: Verb },
): Promise<never> {
  const { regionId } = scope;
  const target = cluster ? { cluster } : { ...(regionId !== null && { regionId }) };
  const grantors = await readGrantors(tx, account);
  throw new ProblemError([forbidden({ verb, target, reason, path }, grantors.on(target, at))]);
}
