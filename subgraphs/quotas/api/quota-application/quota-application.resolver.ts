import { Arg, Args, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { toConnection } from '../../../runtime/graph/connection.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { sortedPageRequest, sortKey } from '../../../../kernel/sorting.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { applicationSorting } from '../../store/quota-application.store.js';
import type { QuotaApplicationService } from './quota-application.service.js';
import {
  QuotaApplication,
  QuotaApplicationConnection,
  QuotaApplicationFilter,
  QuotaApplicationOrder,
  RequestQuotaIncreaseInput,
  RequestQuotaIncreasePayload,
} from './quota-application.type.js';
import type { QuotaService } from '../quota/quota.service.js';
import { Quota } from '../quota/quota.type.js';

@Resolver(() => QuotaApplication)
export class QuotaApplicationResolver {
  constructor(
    private readonly service: QuotaApplicationService,
    private readonly quotas: QuotaService,
  ) {}

  @Query(() => QuotaApplication, {
    nullable: true,
    description: 'An application. Null when the account has none of this id.',
  })
  quotaApplication(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Id of the application.' }) id: string,
  ): Promise<QuotaApplication | null> {
    return this.service.application(context, id);
  }

  @Query(() => QuotaApplicationConnection, { description: 'Requests for higher limits.' })
  async quotaApplications(
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => QuotaApplicationFilter, { nullable: true, description: 'Filter. Default: all.' })
    filter?: QuotaApplicationFilter | null,
    @OrderByArg(QuotaApplicationOrder, 'newest first') orderBy?: QuotaApplicationOrder | null,
  ) {
    const request = sortedPageRequest({ ...page, orderBy }, applicationSorting);
    const found = await this.service.page(context, filter ?? {}, request);
    return toConnection<QuotaApplication>(found, {
      key: (item) => sortKey(request.sort, item),
      after: page.after,
      count: () => this.service.count(context, filter ?? {}),
    });
  }

  @Mutation(() => RequestQuotaIncreasePayload, {
    description:
      'Requests a higher limit. Returns the application at once; a platform operator decides it, and the event QUOTA_RAISED reports the raised limit.',
  })
  async requestQuotaIncrease(
    @Ctx() context: RequestContext,
    @Arg('input', () => RequestQuotaIncreaseInput, { description: 'The quota and the requested limit.' })
    input: RequestQuotaIncreaseInput,
    @DryRun() dryRun?: boolean | null,
  ): Promise<RequestQuotaIncreasePayload> {
    const result = await this.service.request(context, input, dryRun);
    if (!result.ok) {
      const quota = await this.quotas.quota(context, input.quotaId);
      return { quota, quotaApplication: null, operation: null, userErrors: result.problems.map(toUserError) };
    }
    const application = result.value;
    const quota = application
      ? await this.quotas.existing(context, application)
      : await this.quotas.quota(context, input.quotaId);
    return { quota, quotaApplication: application, operation: null, userErrors: [] };
  }

  @FieldResolver(() => Quota, { description: 'The quota to raise.' })
  quota(@Root() application: QuotaApplication, @Ctx() context: RequestContext): Promise<Quota> {
    return this.quotas.existing(context, { resource: application.resource, scope: application.scope });
  }

  @Directive('@inaccessible')
  @FieldResolver(() => ID, { description: 'The id again, as the key of references by `Query.node`.' })
  resourceId(@Root() { id }: QuotaApplication): string {
    return id;
  }
}
