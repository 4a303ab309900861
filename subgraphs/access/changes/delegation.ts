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
  /**
   * The end of the permission that the caller wants to give, null for one without: the caller must have the verbs until then, as a
   * permission that ends could otherwise give one that does not. Undefined: the caller gives none.
   */
  readonly until?: Date | null;
}

/** A time at which only permissions without an end are left. */
const FOREVER = new Date(8.64e15);

/** The times at which the caller must have a verb. */
function times({ at }: Pick<AccessChange, 'at'>, { until }: CheckedScope): Date[] {
  if (until === undefined) return [at];
  // At its end a permission has ended, so the last time at which it is needed is before.
  return [at, until ? new Date(until.getTime() - 1) : FOREVER];
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
  const { scope, cluster } = checked;
  if (times(change, checked).every((at) => change.rights.contains(verb, scopeOf(scope), at, cluster))) return;
  const reason = `You have no permission for ${verb} in ${scopeInWords(scope)}${untilThen(checked)}.`;
  await refuse(change, reason, { ...checked, verb });
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
  const { rights, actor } = change;
  const { scope, cluster } = checked;
  const delegable = new Rights(rights.grants, [...(actor.scopes ?? []), OPERATOR_SCOPE]);
  const missing = role.verbs.find((verb) =>
    times(change, checked).some((at) => !delegable.contains(verb, scopeOf(scope), at, cluster)),
  );
  if (missing === undefined) return;
  const reason = `The role ${role.name} has ${missing}, for which you have no permission in ${scopeInWords(scope)}${untilThen(checked)}. Nobody grants what they do not have.`;
  await refuse(change, reason, { ...checked, verb: missing });
}

function untilThen({ until }: CheckedScope): string {
  if (until === undefined) return '';
  return until === null ? ' without an end' : ` until ${until.toISOString()}`;
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
