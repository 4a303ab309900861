import { Arg, Args, Ctx, Directive, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { GATEWAY_ACCOUNT } from '../../../../access/service-account-key.js';
import type { Clock } from '../../../../kernel/clock.js';
import { type Result, throwProblem } from '../../../../kernel/result.js';
import { sortedPageRequest, sortKey } from '../../../../kernel/sorting.js';
import { toConnection } from '../../../runtime/graph/connection.type.js';
import { ListSize } from '../../../runtime/graph/cost.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type * as model from '../../model/service-account.js';
import { serviceAccountSorting, type ServiceAccountStore } from '../../store/service-account.store.js';
import type { PermissionReader } from '../entities/permission-reader.js';
import { Principal } from '../entities/permission.type.js';
import type { ServiceAccountService } from './service-account.service.js';
import {
  CreateServiceAccountInput,
  CreateServiceAccountKeyInput,
  CreateServiceAccountKeyPayload,
  CreateServiceAccountPayload,
  DeleteServiceAccountInput,
  DeleteServiceAccountPayload,
  RevokeServiceAccountKeyInput,
  RevokeServiceAccountKeyPayload,
  ServiceAccount,
  ServiceAccountConnection,
  ServiceAccountKey,
  ServiceAccountKeyDigest,
  ServiceAccountKeyHolder,
  ServiceAccountOrder,
} from './service-account.type.js';

/** Keys of one request of the gateway. */
const MAX_DIGESTS = 100;

@Resolver()
export class ServiceAccountResolver {
  constructor(
    private readonly store: ServiceAccountStore,
    private readonly service: ServiceAccountService,
  ) {}

  @Query(() => ServiceAccountConnection, { description: 'Service accounts of the account.' })
  async serviceAccounts(
    @Ctx() { actor }: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(ServiceAccountOrder, 'by id') orderBy?: ServiceAccountOrder | null,
  ) {
    const request = sortedPageRequest({ ...page, orderBy }, serviceAccountSorting);
    return toConnection(await this.store.page(actor.account, request), {
      key: (item) => sortKey(request.sort, item),
      after: page.after,
      count: () => this.store.count(actor.account),
    });
  }

  @Mutation(() => CreateServiceAccountPayload, {
    description: 'Creates a service account. Grant it permissions, then create a key.',
  })
  async createServiceAccount(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateServiceAccountInput, { description: 'The service account.' })
    input: CreateServiceAccountInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload('serviceAccount', await this.service.create(context, input, dryRun));
  }

  @Mutation(() => DeleteServiceAccountPayload, {
    description:
      'Deletes a service account with its keys and permissions. Its keys are rejected everywhere within a second.',
  })
  async deleteServiceAccount(
    @Ctx() context: RequestContext,
    @Arg('input', () => DeleteServiceAccountInput, { description: 'The service account.' })
    input: DeleteServiceAccountInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload('serviceAccount', await this.service.delete(context, input, dryRun));
  }

  @Mutation(() => CreateServiceAccountKeyPayload, {
    description:
      'Creates a key of a service account, which has at most two valid ones. The caller needs everything that the key allows, or gets FORBIDDEN.',
  })
  async createServiceAccountKey(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateServiceAccountKeyInput, { description: 'The key.' })
    input: CreateServiceAccountKeyInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    const result = await this.service.createKey(context, input, dryRun);
    const userErrors = result.ok ? [] : result.problems.map(toUserError);
    const { key = null, bearerToken = null } = result.ok ? result.value : {};
    return { key, bearerToken, operation: null, userErrors };
  }

  @Mutation(() => RevokeServiceAccountKeyPayload, {
    description: 'Revokes a key: it is rejected everywhere, and its streams have ended, within a second.',
  })
  async revokeServiceAccountKey(
    @Ctx() context: RequestContext,
    @Arg('input', () => RevokeServiceAccountKeyInput, { description: 'The key.' })
    input: RevokeServiceAccountKeyInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload('key', await this.service.revokeKey(context, input, dryRun));
  }
}

/** The edges of a service account. */
@Resolver(() => ServiceAccount)
export class ServiceAccountEdgesResolver {
  constructor(
    private readonly store: ServiceAccountStore,
    private readonly reader: PermissionReader,
  ) {}

  @FieldResolver(() => Principal, { description: 'The principal, to which permissions are granted.' })
  principal(@Root() { principalId }: model.ServiceAccount, @Ctx() context: RequestContext) {
    return this.reader.principal(context, principalId);
  }

  @FieldResolver(() => Principal, {
    nullable: true,
    description: 'Who created it. Null if that principal is gone.',
  })
  createdBy(@Root() { createdBy }: model.ServiceAccount, @Ctx() context: RequestContext) {
    return this.reader.principal(context, createdBy);
  }

  @ListSize(2)
  @FieldResolver(() => [ServiceAccountKey], {
    description: 'Its keys, the newest first: at most two valid ones and twenty that have ended.',
  })
  keys(@Root() { id }: model.ServiceAccount, @Ctx() { actor, loaders }: RequestContext) {
    const loader = loaders.of<string, model.ServiceAccountKey[]>(this.store, async (ids) => {
      const keys = await this.store.keysOf(actor.account, ids);
      return ids.map((accountId) => keys.filter(({ serviceAccountId }) => serviceAccountId === accountId));
    });
    return loader.load(id);
  }
}

/** The edges of a key. */
@Resolver(() => ServiceAccountKey)
export class ServiceAccountKeyEdgesResolver {
  constructor(private readonly reader: PermissionReader) {}

  @FieldResolver(() => Principal, {
    nullable: true,
    description: 'Who created it. Null if that principal is gone.',
  })
  createdBy(@Root() { createdBy }: model.ServiceAccountKey, @Ctx() context: RequestContext) {
    return this.reader.principal(context, createdBy);
  }
}

/** Verifies keys for gateways. */
@Resolver()
export class KeyVerificationResolver {
  constructor(
    private readonly store: ServiceAccountStore,
    private readonly clock: Clock,
  ) {}

  @Directive('@inaccessible')
  @ListSize(MAX_DIGESTS)
  @Query(() => [ServiceAccountKeyHolder], {
    nullable: 'items',
    description:
      'The holders of keys, in the order of the keys: null for one that is not valid. Only for the gateway.',
  })
  async verifyServiceAccountKeys(
    @Ctx() { actor }: RequestContext,
    @Arg('keys', () => [ServiceAccountKeyDigest], { description: 'At most 100 keys.' })
    keys: ServiceAccountKeyDigest[],
  ) {
    if (actor.account !== GATEWAY_ACCOUNT) throwProblem('FORBIDDEN', 'Only the gateway verifies keys.');
    if (keys.length > MAX_DIGESTS)
      throwProblem('INVALID_INPUT', `A request has at most ${MAX_DIGESTS} keys.`);
    return this.store.verify(keys, this.clock.now());
  }
}

function toPayload<T>(name: string, result: Result<T | null>) {
  const userErrors = result.ok ? [] : result.problems.map(toUserError);
  return { [name]: result.ok ? result.value : null, operation: null, userErrors };
}
