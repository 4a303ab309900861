import { ACCOUNT_GROUP } from '../../../../access/model/group-name.js';
import { groupKey, principalId, principalIdsOf } from '../../../../access/model/principal.js';
import { predefinedRolesById } from '../../../../access/model/role-id.js';
import { type Decision, Rights } from '../../../../access/model/rights.js';
import type { Target } from '../../../../access/model/target.js';
import { isVerb, tokenScopesOf, type Verb } from '../../../../access/model/verb.js';
import type { Clock } from '../../../../kernel/clock.js';
import { isId } from '../../../../kernel/ids.js';
import { ProblemError, throwProblem } from '../../../../kernel/result.js';
import { forbidden } from '../../../runtime/access/forbidden.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { AccessStores } from '../../changes/administrators.js';
import type { Permission } from '../../model/permission.js';
import type { Role } from '../../model/role.js';
import { grantOf } from '../../store/permission.store.js';
import type { TargetStore } from '../../store/target.store.js';
import type { PermissionReader } from '../entities/permission-reader.js';

/** Maximum number of permissions that `whoCan` returns. */
const MAX_HOLDERS = 500;

/** A decision about a principal, and the permission that decided it. */
export interface Explanation {
  readonly allowed: boolean;
  readonly reason: 'ALLOWED' | Extract<Decision, { readonly allowed: false }>['reason'];
  readonly permission: Permission | null;
}

/** Answers who may do what, and why. */
export class DecisionService {
  constructor(
    private readonly stores: AccessStores,
    private readonly reader: PermissionReader,
    private readonly targets: TargetStore,
    private readonly clock: Clock,
  ) {}

  /** Whether the caller may do it; false for an object that does not exist. Rejects with INVALID_INPUT an unknown verb. */
  async can(context: RequestContext, verb: string, on: string | null | undefined): Promise<boolean> {
    const checked = checkedVerb(verb);
    const rights = await context.rights();
    const target = await this.targets.of(context.actor.account, on);
    return target !== undefined && rights.decide(checked, target, this.clock.now()).allowed;
  }

  /** The roles of the caller and its groups, by name. */
  async roles(context: RequestContext): Promise<Role[]> {
    const { account } = context.actor;
    const held = principalIdsOf(context.actor);
    const own = (await this.reader.active(account)).filter(
      ({ principalId: holder, effect }) => effect === 'ALLOW' && held.includes(holder),
    );
    const ids = [...new Set(own.map(({ roleId }) => roleId))];
    const roles = await this.stores.roles.byIds(account, ids);
    return ids.flatMap((id) => roles.get(id) ?? []).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Whether the caller may read the role: all roles, a predefined one, or one that it has. */
  async seesRole(context: RequestContext, id: string): Promise<boolean> {
    const rights = await context.rights();
    if (rights.decide('roles.read', {}, this.clock.now()).allowed || predefinedRolesById.has(id)) return true;
    return (await this.roles(context)).some((role) => role.id === id);
  }

  /**
   * Permissions that allow the verb on an object and that no permission denies. Rejects with INVALID_INPUT, NOT_FOUND, and
   * FORBIDDEN for a caller who may not read permissions there.
   */
  async whoCan(context: RequestContext, verb: string, on: string | null | undefined): Promise<Permission[]> {
    const checked = checkedVerb(verb);
    const target = await this.target(context, on);
    await this.requireReading(context, target);
    const grants = await this.grants(context.actor.account);
    const everyone = grants.filter(({ permission }) => isOf(permission, everyoneOf(context)));
    const denying = everyone.filter(({ permission }) => permission.effect === 'DENY');
    const byHolder = Map.groupBy(grants, ({ permission }) => permission.principalId);
    const allowing = [...byHolder.values()].map((own) => {
      const rights = new Rights(
        [...own, ...denying].map(({ grant }) => grant),
        tokenScopesOf(checked),
      );
      return deciding(own, rights.decide(checked, target, this.clock.now()));
    });
    return allowing
      .filter((permission) => permission?.effect === 'ALLOW')
      .slice(0, MAX_HOLDERS) as Permission[];
  }

  /**
   * Why a principal may do something, or why not. Of another principal than the caller, the groups and the scopes of tokens
   * are not known: only its own permissions and those of the whole account count. Rejects as `whoCan` does.
   */
  async explain(
    context: RequestContext,
    {
      principalId: id,
      verb,
      on,
    }: { readonly principalId: string; readonly verb: string; readonly on?: string | null | undefined },
  ): Promise<Explanation> {
    const checked = checkedVerb(verb);
    const { actor } = context;
    const isCaller = this.reader.caller(context)?.id === id;
    const target = await this.target(context, on);
    if (!isCaller) await this.requireReading(context, target);
    const principal = isCaller || (await this.reader.visiblePrincipal(context, id));
    if (!principal)
      throwProblem('NOT_FOUND', 'The account has no principal of this id. Query.permissions names them.', {
        path: ['principalId'],
      });
    const holders = isCaller ? principalIdsOf(actor) : [id, everyoneOf(context)];
    const grants = (await this.grants(actor.account)).filter(({ permission }) =>
      holders.some((holder) => isOf(permission, holder)),
    );
    const scopes = isCaller ? (actor.scopes ?? []) : tokenScopesOf(checked);
    const rights = new Rights(
      grants.map(({ grant }) => grant),
      scopes,
    );
    const decision = rights.decide(checked, target, this.clock.now());
    return {
      allowed: decision.allowed,
      reason: decision.allowed ? 'ALLOWED' : decision.reason,
      permission: deciding(grants, decision),
    };
  }

  /** The object; NOT_FOUND for an absent one and for one that the caller may not see. */
  private async target(context: RequestContext, on: string | null | undefined): Promise<Target> {
    const target = await this.targets.of(context.actor.account, on);
    const rights = await context.rights();
    // Regions are the same for every caller.
    const verb = target?.cluster ? 'clusters.read' : isId('vpc', on ?? '') ? 'vpcs.read' : undefined;
    const isHidden = target && verb && !rights.decide(verb, target, this.clock.now()).allowed;
    if (!target || isHidden)
      return throwProblem('NOT_FOUND', 'The account has no object of this id that permissions apply to.', {
        path: ['on'],
      });
    return target;
  }

  private async requireReading(context: RequestContext, target: Target): Promise<void> {
    const rights = await context.rights();
    if (rights.decide('permissions.read', target, this.clock.now()).allowed) return;
    const grantors = await this.stores.permissions.grantors(context.actor.account);
    throw new ProblemError([
      forbidden({ verb: 'permissions.read', target, path: ['on'] }, grantors.on(target, this.clock.now())),
    ]);
  }

  /** All permissions that have not ended, with the verbs of their roles. */
  private async grants(account: string) {
    const permissions = await this.reader.active(account);
    const roles = await this.stores.roles.byIds(account, [
      ...new Set(permissions.map(({ roleId }) => roleId)),
    ]);
    return permissions.map((permission) => ({
      permission,
      grant: grantOf(permission, roles.get(permission.roleId)),
    }));
  }
}

function everyoneOf({ actor }: RequestContext): string {
  return principalId(actor.account, groupKey(ACCOUNT_GROUP));
}

function isOf(permission: Permission, holder: string): boolean {
  return permission.principalId === holder;
}

/** The permission that decided; null if none did, or not one of these. */
function deciding(
  grants: readonly { readonly permission: Permission }[],
  { by }: Decision,
): Permission | null {
  return grants.find(({ permission }) => permission.id === by?.permissionId)?.permission ?? null;
}

function checkedVerb(text: string): Verb {
  if (isVerb(text)) return text;
  return throwProblem(
    'INVALID_INPUT',
    'There is no such verb; Role.verbs of the administrator has all of them.',
    {
      path: ['verb'],
    },
  );
}
