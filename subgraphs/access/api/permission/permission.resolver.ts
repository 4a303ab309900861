import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { sortedPageRequest, sortKey } from '../../../../kernel/sorting.js';
import type { Clock } from '../../../../kernel/clock.js';
import { toConnection } from '../../../runtime/graph/connection.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { permissionSorting } from '../../store/permission.store.js';
import type { PermissionReader } from '../entities/permission-reader.js';
import { PermissionConnection, PermissionOrder } from '../entities/permission.type.js';
import {
  GrantPermissionsInput,
  GrantPermissionsPayload,
  PermissionFilter,
  RevokePermissionsInput,
  RevokePermissionsPayload,
} from './permission.input.js';
import type { PermissionService } from './permission.service.js';

@Resolver()
export class PermissionResolver {
  constructor(
    private readonly service: PermissionService,
    private readonly reader: PermissionReader,
    private readonly clock: Clock,
  ) {}

  @Query(() => PermissionConnection, {
    description:
      'Permissions of the account: those in scopes in which the caller may read permissions, and its own.',
  })
  async permissions(
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => PermissionFilter, { nullable: true, description: 'Filter. Default: all.' })
    filter?: PermissionFilter | null,
    @OrderByArg(PermissionOrder, 'by id') orderBy?: PermissionOrder | null,
  ) {
    const request = sortedPageRequest({ ...page, orderBy }, permissionSorting);
    const { principalId, roleId, clusterId, active } = filter ?? {};
    const selection = {
      principalIds: principalId == null ? undefined : [principalId],
      roleId: roleId ?? undefined,
      clusterId: clusterId ?? undefined,
      activeAt: active ? this.clock.now() : undefined,
    };
    return toConnection(await this.reader.page(context, selection, request), {
      key: (item) => sortKey(request.sort, item),
      after: page.after,
      count: () => this.reader.count(context, selection),
    });
  }

  @Mutation(() => GrantPermissionsPayload, {
    description:
      'Grants permissions, all or none. The caller needs `permissions.grant` and every verb of the role in all of the scope, or gets FORBIDDEN. One that exists already is returned as it is.',
  })
  async grantPermissions(
    @Ctx() context: RequestContext,
    @Arg('input', () => GrantPermissionsInput, { description: 'The permissions.' })
    input: GrantPermissionsInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    const result = await this.service.grant(context, input, dryRun);
    const userErrors = result.ok ? [] : result.problems.map(toUserError);
    return { permissions: result.ok ? result.value : [], operation: null, userErrors };
  }

  @Mutation(() => RevokePermissionsPayload, {
    description:
      'Revokes permissions, all or none. They have no effect any more when the mutation returns, and in other processes a second later. LAST_ADMINISTRATOR: no user and no group would be administrator of the account.',
  })
  async revokePermissions(
    @Ctx() context: RequestContext,
    @Arg('input', () => RevokePermissionsInput, { description: 'The permissions.' })
    input: RevokePermissionsInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    const result = await this.service.revoke(context, input, dryRun);
    const userErrors = result.ok ? [] : result.problems.map(toUserError);
    return { permissions: result.ok ? result.value : [], operation: null, userErrors };
  }
}
