import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import type { ClusterStore } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { InstanceType } from '../entities/instance-type.type.js';
import { childConnection, loadById, loadValue } from '../entities/data-loaders.js';
import type { NodeCounts, NodePoolRow, NodePoolStore } from '../../store/node-pool.store.js';
import { NodePool } from '../entities/node-pool.type.js';
import type { NodeStore } from '../../store/node.store.js';
import { NodeConnection, NodeOrder } from '../entities/node.type.js';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';

@Resolver(() => NodePool)
export class NodePoolResolver {
  constructor(
    private readonly stores: {
      clusters: ClusterStore;
      nodePools: NodePoolStore;
      nodes: NodeStore;
      catalog: ClusterCatalogStore;
    },
  ) {}

  @Query(() => NodePool, {
    nullable: true,
    description: 'A node pool of the account. Null if it does not exist.',
  })
  nodePool(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Id of the node pool.' }) id: string,
  ) {
    return loadById(context, this.stores.nodePools.byIds, id);
  }

  @FieldResolver(() => Cluster, { description: 'Cluster of the node pool.' })
  cluster(@Ctx() context: RequestContext, @Root() pool: NodePoolRow) {
    return loadById(context, this.stores.clusters.byIds, pool.clusterId);
  }

  @FieldResolver(() => [InstanceType], { description: 'Acceptable instance types, in order of preference.' })
  async instanceTypes(@Root() pool: NodePoolRow) {
    const { instanceTypes } = await this.stores.catalog.read();
    return pool.instanceTypes.map((id) => instanceTypes.get(id)).filter((type) => type !== undefined);
  }

  @FieldResolver(() => Int, {
    description:
      'Number of nodes that start, run or are being removed. Nodes that could not be created are not counted; see failedNodes. After a change, totalNodes plus failedNodes equals desiredSize.',
  })
  async totalNodes(@Ctx() context: RequestContext, @Root() pool: NodePoolRow) {
    return (await this.counts(context, pool)).total;
  }

  @FieldResolver(() => Int, { description: 'Number of nodes that run.' })
  async servingNodes(@Ctx() context: RequestContext, @Root() pool: NodePoolRow) {
    return (await this.counts(context, pool)).serving;
  }

  @FieldResolver(() => Int, { description: 'Number of nodes that run and are Ready in Kubernetes.' })
  async healthyNodes(@Ctx() context: RequestContext, @Root() pool: NodePoolRow) {
    return (await this.counts(context, pool)).healthy;
  }

  @FieldResolver(() => Int, {
    description:
      'Number of desired nodes that could not be created: no stock, quota or addresses, or a failed start. The operation and `nodes` have the reasons. During a change: the number that has failed so far.',
  })
  async failedNodes(@Ctx() context: RequestContext, @Root() pool: NodePoolRow) {
    const { total, removing, failed } = await this.counts(context, pool);
    const settled = pool.observedGeneration >= pool.generation;
    return settled ? Math.max(failed, pool.desiredSize - (total - removing)) : failed;
  }

  @FieldResolver(() => NodeConnection, { description: 'Nodes of the pool.' })
  nodes(
    @Ctx() context: RequestContext,
    @Root() pool: NodePoolRow,
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(NodeOrder, 'oldest first') orderBy?: NodeOrder | null,
  ) {
    return childConnection(context, this.stores.nodes.ofPools, pool.id, { ...page, orderBy });
  }

  private async counts(context: RequestContext, pool: NodePoolRow): Promise<NodeCounts> {
    const counts = await loadValue(context, this.stores.nodePools.nodeCounts, pool.id);
    return counts ?? { total: 0, removing: 0, serving: 0, healthy: 0, failed: 0 };
  }
}
