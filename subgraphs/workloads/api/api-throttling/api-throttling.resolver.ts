import { Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import { Cost } from '../../../runtime/graph/cost.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { throttlingOf, rejectedRequests } from '../../model/api-throttling.rules.js';
import { ApiThrottling } from './api-throttling.type.js';
import type { ClusterApis } from '../../inspection/cluster-apis.js';
import { Cluster } from '../entities/entities.type.js';
import { throwReadError } from '../../inspection/kubernetes-read-error.js';

@Resolver(() => Cluster)
export class ApiThrottlingResolver {
  constructor(private readonly apis: ClusterApis) {}

  @Directive('@requires(fields: "product")')
  @Cost(100)
  @FieldResolver(() => ApiThrottling, {
    nullable: true,
    description: 'Throttling by the API server of the cluster. Null while the cluster has no Kubernetes API.',
  })
  async apiThrottling(
    @Root() { id, product }: Cluster,
    @Ctx() context: RequestContext,
  ): Promise<ApiThrottling | null> {
    const api = await this.apis.asPlatform(id, context);
    if (!api) return null;
    const metrics = await api.text('/metrics').catch(throwReadError);
    return throttlingOf(product, rejectedRequests(metrics));
  }
}
