import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { Zone } from '../entities/catalog-stubs.type.js';
import type { ClusterStore } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { InstanceType } from '../entities/instance-type.type.js';
import { loadById } from '../entities/data-loaders.js';
import type { NodePoolStore } from '../../store/node-pool.store.js';
import { NodePool } from '../entities/node-pool.type.js';
import type { NodeRow } from '../../store/node.store.js';
import { Node, NodeLifecycleState } from '../entities/node.type.js';

@Resolver(() => Node)
export class NodeResolver {
  constructor(
    private readonly stores: {
      clusters: ClusterStore;
      nodePools: NodePoolStore;
      catalog: ClusterCatalogStore;
    },
  ) {}

  @FieldResolver(() => Cluster, { description: 'Cluster of the node.' })
  cluster(@Ctx() context: RequestContext, @Root() node: NodeRow) {
    return loadById(context, this.stores.clusters.byIds, node.clusterId);
  }

  @FieldResolver(() => NodePool, {
    nullable: true,
    description: 'Node pool of the node. Null for a master.',
  })
  nodePool(@Ctx() context: RequestContext, @Root() node: NodeRow) {
    return node.nodePoolId === null ? null : loadById(context, this.stores.nodePools.byIds, node.nodePoolId);
  }

  @FieldResolver(() => NodeLifecycleState, { description: '`state` as an enum.' })
  lifecycleState(@Root() { state }: NodeRow) {
    return state.toUpperCase();
  }

  @FieldResolver(() => Zone, { description: 'Zone of the node.' })
  zone(@Root() node: NodeRow) {
    return { id: node.zoneId };
  }

  @FieldResolver(() => InstanceType, { description: 'Type of the instance.' })
  async instanceType(@Root() node: NodeRow) {
    return (await this.stores.catalog.read()).instanceTypes.get(node.instanceType);
  }
}
