import { Args, Ctx, Query, Resolver } from 'type-graphql';
import { toConnection } from '../../../runtime/graph/connection.type.js';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { pageOf } from '../../../../kernel/page.js';
import { sortedPageRequest, sortKey } from '../../../../kernel/sorting.js';
import { reachOf } from '../../../runtime/access/reach.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { type NetworkStore, retainedSorting } from '../../store/network.store.js';
import {
  RetainedResource,
  RetainedResourceConnection,
  RetainedResourceOrder,
  toRetainedResource,
} from './retained-resource.type.js';

@Resolver(() => RetainedResource)
export class RetainedResourceResolver {
  constructor(private readonly store: NetworkStore) {}

  @Query(() => RetainedResourceConnection, {
    description:
      'Load balancers and public addresses of the account that were retained when their clusters were deleted. What else can be retained belongs to the account and is listed with it: VPCs, vSwitches and security groups by `vpcs`, instances by `instances`.',
  })
  async retainedResources(
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(RetainedResourceOrder, 'oldest first') orderBy?: RetainedResourceOrder | null,
  ) {
    const { limit, sort, key } = sortedPageRequest({ ...page, orderBy }, retainedSorting);
    const { account } = context.actor;
    const reach = await reachOf(context, 'retainedResources.read');
    const rows = await this.store.retained(account, reach, { limit: limit + 1, sort, key });
    return toConnection(pageOf(rows.map(toRetainedResource), limit), {
      key: (resource) => sortKey(sort, resource),
      after: page.after,
      count: () => this.store.countRetained(account, reach),
    });
  }
}
