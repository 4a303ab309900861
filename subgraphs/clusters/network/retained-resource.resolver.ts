import { Args, Ctx, Query, Resolver } from 'type-graphql';
import { toConnection } from '../../../kernel/graph/connection.type.js';
import { PageArgs } from '../../../kernel/graph/page.args.js';
import { pageOf, pageRequest } from '../../../kernel/page.js';
import type { RequestContext } from '../../../kernel/subgraph.js';
import type { CloudResourceRow, NetworkStore } from './network.store.js';
import { RetainedResource, RetainedResourceConnection } from './retained-resource.type.js';

@Resolver(() => RetainedResource)
export class RetainedResourceResolver {
  constructor(private readonly store: NetworkStore) {}

  @Query(() => RetainedResourceConnection, {
    description:
      'Load balancers and public addresses of the account that were retained when their clusters were deleted, oldest first. What else can be retained belongs to the account and is listed with it: VPCs, vSwitches and security groups by `vpcs`, instances by `instances`.',
  })
  async retainedResources(@Ctx() { actor }: RequestContext, @Args(() => PageArgs) page: PageArgs) {
    const { limit, key } = pageRequest(page);
    const rows = await this.store.retained(actor.account, { after: key?.[0] ?? null, limit: limit + 1 });
    return toConnection(pageOf(rows.map(shown), limit), {
      key: ({ id }) => [id],
      after: page.after,
      count: () => this.store.countRetained(actor.account),
    });
  }
}

function shown({ clusterId, ...row }: CloudResourceRow): RetainedResource {
  return { ...row, formerClusterId: clusterId };
}
