import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Result } from '../../../../kernel/result.js';
import { ListSize } from '../../../runtime/graph/cost.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { RoleStore } from '../../store/role.store.js';
import { Role } from '../entities/permission.type.js';
import {
  CreateRoleInput,
  CreateRolePayload,
  DeleteRoleInput,
  DeleteRolePayload,
  UpdateRoleInput,
  UpdateRolePayload,
} from './role.input.js';
import type { RoleService } from './role.service.js';

@Resolver()
export class RoleResolver {
  constructor(
    private readonly store: RoleStore,
    private readonly service: RoleService,
  ) {}

  @ListSize(20)
  @Query(() => [Role], {
    description: 'All roles: the predefined ones, then the custom ones of the account by name.',
  })
  roles(@Ctx() { actor }: RequestContext): Promise<Role[]> {
    return this.store.all(actor.account);
  }

  @Mutation(() => CreateRolePayload, {
    description:
      'Creates a role. The caller needs each of its verbs in the whole account, or gets FORBIDDEN.',
  })
  async createRole(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateRoleInput, { description: 'The role.' }) input: CreateRoleInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(await this.service.create(context, input, dryRun));
  }

  @Mutation(() => UpdateRolePayload, {
    description:
      'Changes a custom role and with it the permissions that have it. The caller needs each of its verbs, before and after, in the whole account.',
  })
  async updateRole(
    @Ctx() context: RequestContext,
    @Arg('input', () => UpdateRoleInput, { description: 'The role.' }) input: UpdateRoleInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(await this.service.update(context, input, dryRun));
  }

  @Mutation(() => DeleteRolePayload, {
    description: 'Deletes a custom role that no permission has.',
  })
  async deleteRole(
    @Ctx() context: RequestContext,
    @Arg('input', () => DeleteRoleInput, { description: 'The role.' }) input: DeleteRoleInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(await this.service.delete(context, input, dryRun));
  }
}

function toPayload(result: Result<Role | null>) {
  const userErrors = result.ok ? [] : result.problems.map(toUserError);
  return { role: result.ok ? result.value : null, operation: null, userErrors };
}
