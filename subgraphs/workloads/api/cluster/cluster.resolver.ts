import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Cost } from '../../../runtime/graph/cost.js';
import { pageRequest } from '../../../../kernel/page.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { Cluster } from '../entities/entities.type.js';
import type { NamespaceService } from '../namespace/namespace.service.js';
import { type Namespace, NamespaceConnection } from '../namespace/namespace.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { WorkloadPageArgs } from '../workload/workload-page.args.js';
import { type PartialConnection, toPartialConnection } from '../entities/partial-connection.js';
import { type Workload, workloadKey } from '../../model/workload.rules.js';
import type { WorkloadService } from '../workload/workload.service.js';
import { WorkloadConnection } from '../workload/workload.type.js';

/** The fields of a cluster that are read from its Kubernetes API. */
@Resolver(() => Cluster)
export class ClusterResolver {
  constructor(
    private readonly namespaceService: NamespaceService,
    private readonly workloadService: WorkloadService,
  ) {}

  // Reads from the cluster's API server.
  @Cost(150)
  @FieldResolver(() => NamespaceConnection, {
    description: 'Namespaces of the cluster, sorted by name. Empty while the cluster has no Kubernetes API.',
  })
  async namespaces(
    @Root() cluster: Cluster,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<PartialConnection<Namespace>> {
    const page = await this.namespaceService.ofCluster(cluster.id, pageRequest(args), context);
    const count = () => this.namespaceService.count(cluster.id, context);
    return toPartialConnection(page, { key: ({ name }) => [name], after: args.after, count });
  }

  @Cost(500)
  @FieldResolver(() => WorkloadConnection, {
    description:
      'Workloads of the cluster, sorted by namespace, name and kind. Empty while the cluster has no Kubernetes API.',
  })
  async workloads(
    @Root() cluster: Cluster,
    @Args(() => WorkloadPageArgs) args: WorkloadPageArgs,
    @Ctx() context: RequestContext,
  ): Promise<PartialConnection<Workload>> {
    const selection = args.filter ?? {};
    // No workload of this cluster matches a filter for another one.
    const clusterId = (selection.clusterId ?? cluster.id) === cluster.id ? cluster.id : '';
    const request = { selection, page: pageRequest(args, 4) };
    const page = await this.workloadService.ofCluster(clusterId, request, context);
    const count = () => this.workloadService.count(clusterId, selection, context);
    return toPartialConnection(page, { key: workloadKey, after: args.after, count });
  }
}
