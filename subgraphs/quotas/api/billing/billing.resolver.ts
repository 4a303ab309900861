import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { BillingService } from './billing.service.js';
import { BillingReport } from './billing.type.js';

@Resolver()
export class BillingResolver {
  constructor(private readonly service: BillingService) {}

  @Query(() => BillingReport, {
    description: "Usage of the account's clusters in a period, in billed units; without prices.",
  })
  billingReport(
    @Ctx() context: RequestContext,
    @Arg('from', () => Date, { description: 'Start of the period.' }) from: Date,
    @Arg('to', () => Date, { description: 'End of the period, at most 366 days after its start.' }) to: Date,
    @Arg('clusterId', () => ID, {
      nullable: true,
      description: 'Only the usage of this cluster. Default: all clusters.',
    })
    clusterId?: string | null,
  ): Promise<BillingReport> {
    return this.service.report(context, { from, to, clusterId: clusterId ?? null });
  }
}
