import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { Requires } from '../../../runtime/graph/requires.js';
import { toConnection } from '../../../runtime/graph/connection.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { sortedPageRequest, sortKey } from '../../../../kernel/sorting.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import {
  DecideQuotaApplicationInput,
  DecideQuotaApplicationPayload,
  type QuotaApplication,
  QuotaApplicationConnection,
  QuotaApplicationOrder,
} from '../quota-application/quota-application.type.js';
import { undecidedSorting } from '../../store/quota-application.store.js';
import type { QuotaApprovalService } from './quota-approval.service.js';

@Resolver()
export class QuotaApprovalResolver {
  constructor(private readonly service: QuotaApprovalService) {}

  @Requires('decideQuotaApplications')
  @Query(() => QuotaApplicationConnection, {
    nullable: true,
    description:
      'Quota applications of all accounts that are not decided. For operators of the platform: needs the scope ' +
      'fleet:admin.',
  })
  async undecidedQuotaApplications(
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(QuotaApplicationOrder, 'oldest first') orderBy?: QuotaApplicationOrder | null,
  ) {
    const request = sortedPageRequest({ ...page, orderBy }, undecidedSorting);
    return toConnection<QuotaApplication>(await this.service.page(request), {
      key: (item) => sortKey(request.sort, item),
      after: page.after,
      count: () => this.service.count(),
    });
  }

  @Requires('decideQuotaApplications')
  @Mutation(() => DecideQuotaApplicationPayload, {
    description:
      'Approves or rejects a quota application of any account. For platform operators: needs the scope fleet:admin; an application of the caller is rejected. The event QUOTA_RAISED reports the raised limit.',
  })
  async decideQuotaApplication(
    @Ctx() { actor }: RequestContext,
    @Arg('input', () => DecideQuotaApplicationInput, { description: 'The decision.' })
    input: DecideQuotaApplicationInput,
    @DryRun() dryRun?: boolean | null,
  ): Promise<DecideQuotaApplicationPayload> {
    const result = await this.service.decide(actor, input, dryRun);
    if (result.ok) return { quotaApplication: result.value, operation: null, userErrors: [] };
    return { quotaApplication: null, operation: null, userErrors: result.problems.map(toUserError) };
  }
}
