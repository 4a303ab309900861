import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { BillingService } from './billing.service.js';
import { BillingReport } from './billing.type.js';

@Resolver()
export class BillingResolver {
  constructor(private readonly service: BillingService) {}

  @Query(() => BillingReport, {
    description:
      "What the account's clusters have used in a span of time, in units that are billed; without prices.",
  })
  billingReport(
    @Ctx() context: RequestContext,
    @Arg('from', () => Date, { description: 'Start of the span.' }) from: Date,
    @Arg('to', () => Date, { description: 'End of the span, at most 366 days later.' }) to: Date,
    @Arg('clusterId', () => ID, { nullable: true, description: 'Only the use of this cluster.' })
    clusterId?: string | null,
  ): Promise<BillingReport> {
    return this.service.report(context, { from, to, clusterId: clusterId ?? null });
  }
}
