import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { Requires } from '../../../runtime/graph/requires.js';
import { reachOf } from '../../../runtime/access/reach.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { Region, TimeZone } from '../entities/catalog-stubs.type.js';
import type { ClusterListService } from './cluster-list.service.js';
import { ClusterFilter } from './cluster.input.js';
import type { ClusterRow, ClusterStore } from '../../store/cluster.store.js';
import { Cluster, ClusterConnection, ClusterOrder, Kubeconfig } from '../entities/cluster.type.js';
import type { KubeconfigService } from './kubeconfig.service.js';
import { childConnection, loadById } from '../entities/data-loaders.js';
import type { NodePoolStore } from '../../store/node-pool.store.js';
import { NodePoolConnection, NodePoolOrder } from '../entities/node-pool.type.js';
import type { NodeStore } from '../../store/node.store.js';
import { NodeConnection, NodeOrder } from '../entities/node.type.js';
import type { OperationStore } from '../../store/operation.store.js';
import { OperationConnection, OperationOrder } from '../entities/operation.type.js';
import { AuthenticationMode } from '../entities/cluster-kind.enums.js';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { KubernetesVersion } from '../entities/version.type.js';

interface Parts {
  readonly clusters: ClusterStore;
  readonly nodePools: NodePoolStore;
  readonly nodes: NodeStore;
  readonly operations: OperationStore;
  readonly catalog: ClusterCatalogStore;
  readonly lists: ClusterListService;
  readonly kubeconfigs: KubeconfigService;
}

@Resolver(() => Cluster)
export class ClusterResolver {
  constructor(private readonly parts: Parts) {}

  @Query(() => Cluster, {
    nullable: true,
    description: 'A cluster of the account, including deleted ones. Null if it does not exist.',
  })
  cluster(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Id of the cluster.' }) id: string,
  ) {
    return loadById(context, this.parts.clusters.byIds, id);
  }

  @Query(() => ClusterConnection, { description: "The account's clusters." })
  clusters(
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => ClusterFilter, {
      nullable: true,
      description: 'Filter. Default: all clusters that are not deleted.',
    })
    filter?: ClusterFilter | null,
    @OrderByArg(ClusterOrder, 'oldest first') orderBy?: ClusterOrder | null,
  ) {
    return this.parts.lists.list(context, { ...page, orderBy }, filter);
  }

  @FieldResolver(() => Region, { description: 'Region of the cluster.' })
  region(@Root() cluster: ClusterRow) {
    return { id: cluster.regionId };
  }

  @FieldResolver(() => TimeZone, {
    description: 'Time zone of the cluster, used by its maintenance window and schedules.',
  })
  timeZone(@Root() cluster: ClusterRow) {
    return { id: cluster.timeZone };
  }

  @FieldResolver(() => KubernetesVersion, { description: 'Kubernetes version of the control plane.' })
  async version(@Root() cluster: ClusterRow) {
    return (await this.parts.catalog.read()).versions.status(cluster.version);
  }

  @FieldResolver(() => NodePoolConnection, { description: 'Node pools of the cluster.' })
  nodePools(
    @Ctx() context: RequestContext,
    @Root() cluster: ClusterRow,
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(NodePoolOrder, 'oldest first') orderBy?: NodePoolOrder | null,
  ) {
    return childConnection(context, this.parts.nodePools.ofClusters, cluster.id, { ...page, orderBy });
  }

  @FieldResolver(() => NodeConnection, { description: 'Nodes, masters included.' })
  nodes(
    @Ctx() context: RequestContext,
    @Root() cluster: ClusterRow,
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(NodeOrder, 'oldest first') orderBy?: NodeOrder | null,
  ) {
    return childConnection(context, this.parts.nodes.ofClusters, cluster.id, { ...page, orderBy });
  }

  @FieldResolver(() => OperationConnection, {
    description: 'Operations of the cluster and its node pools.',
  })
  operations(
    @Ctx() context: RequestContext,
    @Root() cluster: ClusterRow,
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(OperationOrder, 'newest first') orderBy?: OperationOrder | null,
  ) {
    return childConnection(context, this.parts.operations.ofClusters, cluster.id, { ...page, orderBy });
  }

  @FieldResolver(() => AuthenticationMode, {
    nullable: true,
    description:
      'Whose users the API server authenticates. Default: PLATFORM. Null for registered clusters, where the platform does not decide it.',
  })
  authenticationMode(@Root() { product, authenticationMode }: ClusterRow) {
    return product === 'REGISTERED' ? null : authenticationMode;
  }

  @Requires('issueKubeconfig')
  @FieldResolver(() => Kubeconfig, {
    nullable: true,
    description:
      'Issues credentials for the Kubernetes API of the cluster. Null while the cluster has no API. Needs the scope fleet:kubeconfig; the credentials allow what the permissions of the caller allow in the cluster, without the scope fleet:write only reading, and no Secrets. They expire with the token at the latest. Each issue records an event KUBECONFIG_ISSUED. In a subscription the field fails with FORBIDDEN, with the authentication mode KUBERNETES with INVALID_STATE.',
  })
  kubeconfig(
    @Ctx() context: RequestContext,
    @Root() cluster: ClusterRow,
    @Arg('ttlMinutes', () => Int, {
      nullable: true,
      description: 'Lifetime in minutes: 15 to 4320. Default: 60. Limited by the lifetime of the token.',
    })
    ttlMinutes?: number | null,
  ) {
    return this.parts.kubeconfigs.kubeconfig(context, cluster, ttlMinutes);
  }
}

@Resolver(() => Region)
export class RegionResolver {
  constructor(private readonly clusterStore: ClusterStore) {}

  @FieldResolver(() => ClusterConnection, { description: "The account's clusters there." })
  async clusters(
    @Ctx() context: RequestContext,
    @Root() region: Region,
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(ClusterOrder, 'oldest first') orderBy?: ClusterOrder | null,
  ) {
    const { clusters } = await reachOf(context, 'clusters.read');
    return childConnection(context, this.clusterStore.ofRegions(clusters), region.id, { ...page, orderBy });
  }
}
