import { Arg, Ctx, Directive, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { QuotaService } from './quota.service.js';
import { Cluster, Quota, QuotaFilter } from './quota.type.js';

@Resolver(() => Quota)
export class QuotaResolver {
  constructor(private readonly service: QuotaService) {}

  @Query(() => Quota, { nullable: true, description: 'A quota. Null when the account has none of this id.' })
  quota(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Id of the quota.' }) id: string,
  ): Promise<Quota | null> {
    return this.service.quota(context, id);
  }

  @Query(() => [Quota], { description: "The account's limits, with the account's use." })
  quotas(
    @Ctx() context: RequestContext,
    @Arg('filter', () => QuotaFilter, { nullable: true, description: 'Filter. Default: all.' })
    filter?: QuotaFilter | null,
  ): Promise<Quota[]> {
    return this.service.quotas(context, filter ?? {});
  }

  @Directive('@inaccessible')
  @FieldResolver(() => ID, { description: 'The id again, as the key of references by `Query.node`.' })
  resourceId(@Root() { id }: Quota): string {
    return id;
  }
}

@Resolver(() => Cluster)
export class ClusterQuotasResolver {
  constructor(private readonly service: QuotaService) {}

  @Directive('@requires(fields: "product")')
  @FieldResolver(() => [Quota], {
    description: 'Quotas of the product that count in each cluster, with the usage of this cluster.',
  })
  quotas(@Root() cluster: Cluster, @Ctx() context: RequestContext): Promise<Quota[]> {
    return this.service.ofCluster(context, cluster);
  }
}
