import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Result } from '../../../../kernel/result.js';
import { sortedPageRequest, sortKey } from '../../../../kernel/sorting.js';
import { toConnection } from '../../../runtime/graph/connection.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type * as model from '../../model/access-request.js';
import { accessRequestSorting } from '../../store/access-request.store.js';
import type { PermissionReader } from '../entities/permission-reader.js';
import { Permission, PermissionScope, Principal, Role } from '../entities/permission.type.js';
import type { AccessRequestService } from './access-request.service.js';
import {
  AccessRequest,
  AccessRequestConnection,
  AccessRequestFilter,
  AccessRequestOrder,
  ApproveAccessRequestInput,
  ApproveAccessRequestPayload,
  BreakGlassInput,
  BreakGlassPayload,
  RefuseAccessRequestInput,
  RefuseAccessRequestPayload,
  RequestAccessInput,
  RequestAccessPayload,
  WithdrawAccessRequestInput,
  WithdrawAccessRequestPayload,
} from './access-request.type.js';

@Resolver()
export class AccessRequestResolver {
  constructor(private readonly service: AccessRequestService) {}

  @Query(() => AccessRequestConnection, {
    description:
      'Requests for permissions: those of the caller, and those in scopes in which it may read them. The newest first.',
  })
  async accessRequests(
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => AccessRequestFilter, { nullable: true, description: 'Filter. Default: all.' })
    filter?: AccessRequestFilter | null,
    @OrderByArg(AccessRequestOrder, 'by id, the newest first') orderBy?: AccessRequestOrder | null,
  ) {
    const request = sortedPageRequest({ ...page, orderBy }, accessRequestSorting);
    const state = filter?.state ?? undefined;
    return toConnection(await this.service.page(context, state, request), {
      key: (item) => sortKey(request.sort, item),
      after: page.after,
      count: () => this.service.count(context, state),
    });
  }

  @Mutation(() => RequestAccessPayload, {
    description:
      'Asks for a permission that ends by itself; another principal that may grant it decides. Expires after seven days. A principal has at most ten requests that are not decided.',
  })
  async requestAccess(
    @Ctx() context: RequestContext,
    @Arg('input', () => RequestAccessInput, { description: 'The request.' }) input: RequestAccessInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(await this.service.request(context, input, dryRun));
  }

  @Mutation(() => BreakGlassPayload, {
    description:
      'Makes the caller administrator of the account for some minutes, without an approval. Needs `accessRequests.breakGlass` in the whole account; writes an event with the level WARNING. Denials still apply.',
  })
  async breakGlass(
    @Ctx() context: RequestContext,
    @Arg('input', () => BreakGlassInput, { description: 'The emergency.' }) input: BreakGlassInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(await this.service.breakGlass(context, input, dryRun));
  }

  @Mutation(() => ApproveAccessRequestPayload, {
    description:
      'Approves a request of another principal: it becomes a permission. The caller needs `accessRequests.approve`, `permissions.grant` and every verb of the role in all of the scope, or gets FORBIDDEN.',
  })
  async approveAccessRequest(
    @Ctx() context: RequestContext,
    @Arg('input', () => ApproveAccessRequestInput, { description: 'The request.' })
    input: ApproveAccessRequestInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(await this.service.approve(context, input, dryRun));
  }

  @Mutation(() => RefuseAccessRequestPayload, {
    description: 'Refuses a request of another principal. The caller needs what approveAccessRequest needs.',
  })
  async refuseAccessRequest(
    @Ctx() context: RequestContext,
    @Arg('input', () => RefuseAccessRequestInput, { description: 'The request.' })
    input: RefuseAccessRequestInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(await this.service.refuse(context, input, dryRun));
  }

  @Mutation(() => WithdrawAccessRequestPayload, {
    description: 'Withdraws a request of the caller that is not decided.',
  })
  async withdrawAccessRequest(
    @Ctx() context: RequestContext,
    @Arg('input', () => WithdrawAccessRequestInput, { description: 'The request.' })
    input: WithdrawAccessRequestInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(await this.service.withdraw(context, input, dryRun));
  }
}

/** The edges of a request. */
@Resolver(() => AccessRequest)
export class AccessRequestEdgesResolver {
  constructor(private readonly reader: PermissionReader) {}

  @FieldResolver(() => Principal, { nullable: true, description: 'Who asks. Null if the principal is gone.' })
  principal(@Root() { principalId }: model.AccessRequest, @Ctx() context: RequestContext) {
    return this.reader.principal(context, principalId);
  }

  @FieldResolver(() => Role, { nullable: true, description: 'The role. Null if it is gone.' })
  role(@Root() { roleId }: model.AccessRequest, @Ctx() context: RequestContext) {
    return this.reader.role(context, roleId);
  }

  @FieldResolver(() => PermissionScope, { description: 'Where.' })
  scope(@Root() { regionId, clusterId, clusterSelector, namespaces }: model.AccessRequest): PermissionScope {
    return {
      region: regionId === null ? null : { id: regionId },
      cluster: clusterId === null ? null : { id: clusterId },
      clusterSelector,
      namespaces: namespaces.length === 0 ? null : namespaces,
    };
  }

  @FieldResolver(() => Principal, {
    nullable: true,
    description: 'Who approved or refused it. Null while it is not decided, and if the principal is gone.',
  })
  decidedBy(@Root() { decidedBy }: model.AccessRequest, @Ctx() context: RequestContext) {
    return decidedBy === null ? null : this.reader.principal(context, decidedBy);
  }

  @FieldResolver(() => Permission, {
    nullable: true,
    description: 'The permission that it became. Null if it was not approved, and if that was revoked.',
  })
  permission(@Root() { permissionId }: model.AccessRequest, @Ctx() context: RequestContext) {
    return permissionId === null ? null : this.reader.permission(context, permissionId);
  }
}

function toPayload(result: Result<model.AccessRequest | null>) {
  const userErrors = result.ok ? [] : result.problems.map(toUserError);
  return { accessRequest: result.ok ? result.value : null, operation: null, userErrors };
}
