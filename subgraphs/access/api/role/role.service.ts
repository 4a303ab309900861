import { idResult } from '../../../../engine/operations/client-tokens.js';
import { throwNotFound } from '../../../../engine/not-found.js';
import { newId } from '../../../../kernel/ids.js';
import { type Result, throwProblem, toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { type AccessChange, type AccessPlatform, changePermissions } from '../../changes/access-change.js';
import { type AccessStores, requireAdministrator } from '../../changes/administrators.js';
import { requireRole, requireVerb } from '../../changes/delegation.js';
import { checkDescription, checkedVerbs, checkRoleName, MAX_ROLES } from '../../model/role.rules.js';
import type { Role } from '../../model/role.js';
import type { CreateRoleInput, DeleteRoleInput, UpdateRoleInput } from './role.input.js';

/** A custom role may be granted anywhere in the account. */
const ACCOUNT = {
  scope: { regionId: null, clusterId: null, clusterSelector: null, namespaces: [] },
  cluster: undefined,
} as const;

/** The mutations of custom roles. */
interface Mutation<I> {
  readonly name: string;
  readonly input: I & { readonly clientToken?: string | null };
  readonly dryRun: boolean | null | undefined;
}

/** Creates, changes and deletes custom roles. The caller must have each verb of the role in the whole account. */
export class RoleService {
  constructor(
    private readonly platform: AccessPlatform,
    private readonly stores: AccessStores,
  ) {}

  /** Rejects with INVALID_INPUT, DUPLICATE_NAME, LIMIT_EXCEEDED and FORBIDDEN. */
  create(
    context: RequestContext,
    input: CreateRoleInput,
    dryRun?: boolean | null,
  ): Promise<Result<Role | null>> {
    return this.change(context, { name: 'createRole', input, dryRun }, async (change) => {
      await requireVerb(change, 'roles.create', { ...ACCOUNT, path: ['input'] });
      const { name } = input;
      checkRoleName(name, ['input', 'name']);
      const description = checkDescription(input.description ?? '', ['input', 'description']);
      const verbs = checkedVerbs(input.verbs, ['input', 'verbs']);
      await requireRole(change, { name, verbs }, { ...ACCOUNT, path: ['input', 'verbs'] });
      const custom = (await this.stores.roles.all(change.account, change.tx)).filter(
        (role) => !role.predefined,
      );
      if (custom.some((role) => role.name === name))
        throwProblem('DUPLICATE_NAME', `The account has a role ${name}.`, { path: ['input', 'name'] });
      if (custom.length >= MAX_ROLES)
        throwProblem('LIMIT_EXCEEDED', `An account has at most ${MAX_ROLES} roles of its own.`);
      const id = newId('role');
      await this.stores.roles.create(change.tx, {
        ...{ id, account: change.account, name, description, verbs, createdAt: change.at },
      });
      return { id };
    });
  }

  /** Rejects with INVALID_INPUT, NOT_FOUND, FORBIDDEN and LAST_ADMINISTRATOR. */
  update(
    context: RequestContext,
    input: UpdateRoleInput,
    dryRun?: boolean | null,
  ): Promise<Result<Role | null>> {
    return this.change(context, { name: 'updateRole', input, dryRun }, async (change) => {
      const { tx, account, at } = change;
      await requireVerb(change, 'roles.update', { ...ACCOUNT, path: ['input'] });
      const role = await this.custom(change, input.id);
      const verbs = input.verbs ? checkedVerbs(input.verbs, ['input', 'verbs']) : role.verbs;
      const description = checkDescription(input.description ?? role.description, ['input', 'description']);
      // Who has the role gets what is added. Where the role denies, others may do what is removed.
      const changed = { name: role.name, verbs: [...new Set([...verbs, ...role.verbs])] };
      // A role does not end, as the permission by which the caller changes it may.
      await requireRole(change, changed, { ...ACCOUNT, path: ['input', 'verbs'], until: null });
      await this.stores.roles.update(tx, account, { id: role.id, description, verbs });
      await requireAdministrator(this.stores, tx, { account, at });
      return { id: role.id };
    });
  }

  /** Rejects with NOT_FOUND, FORBIDDEN and, while permissions have the role, RESOURCE_IN_USE. */
  delete(
    context: RequestContext,
    input: DeleteRoleInput,
    dryRun?: boolean | null,
  ): Promise<Result<Role | null>> {
    return this.change(context, { name: 'deleteRole', input, dryRun }, async (change) => {
      const { tx, account } = change;
      await requireVerb(change, 'roles.delete', { ...ACCOUNT, path: ['input'] });
      const { id, name } = await this.custom(change, input.id);
      const used = await this.stores.permissions.count(account, { roleId: id }, tx);
      if (used > 0)
        throwProblem('RESOURCE_IN_USE', `${used} permissions have the role ${name}. Revoke them first.`, {
          path: ['input', 'id'],
        });
      await this.stores.roles.delete(tx, account, id);
      return { id };
    });
  }

  private change<I>(
    { actor }: RequestContext,
    { name: mutation, input, dryRun }: Mutation<I>,
    make: (change: AccessChange) => Promise<{ readonly id: string }>,
  ): Promise<Result<Role | null>> {
    return toResult(async () => {
      const request = { actor, mutation, input, dryRun, result: idResult };
      const { role } = await changePermissions(this.platform, request, {
        make,
        read: async (tx, { id }) => ({ role: (await this.stores.roles.find(actor.account, id, tx)) ?? null }),
      });
      return role;
    });
  }

  private async custom({ tx, account }: AccessChange, id: string): Promise<Role> {
    const role = await this.stores.roles.find(account, id, tx);
    if (!role) return throwNotFound('ROLE', id, ['input', 'id']);
    if (role.predefined)
      throwProblem('INVALID_INPUT', `The role ${role.name} is predefined and cannot be changed.`, {
        path: ['input', 'id'],
      });
    return role;
  }
}
