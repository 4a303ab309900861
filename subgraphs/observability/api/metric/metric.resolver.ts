import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Cost, ListSize } from '../../../runtime/graph/cost.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { Cluster, Workload } from '../entities/entities.type.js';
import { MAX_NODE_POINTS, MAX_POINTS, metricRange } from '../../model/metric.rules.js';
import type { MetricService } from './metric.service.js';
import { ClusterMetricArgs, MetricArgs, MetricSeries } from './metric.type.js';

/** Metrics of a cluster. */
@Resolver(() => Cluster)
export class ClusterMetricResolver {
  constructor(private readonly service: MetricService) {}

  @Cost(20)
  @ListSize(4)
  @FieldResolver(() => [MetricSeries], {
    description:
      'Metrics of the cluster: CPU and memory in use, number of nodes and of pods. Kept for a day. Empty while the cluster has no Kubernetes API.',
  })
  metrics(
    @Root() cluster: Cluster,
    @Args(() => ClusterMetricArgs) { from, to, step, perNode }: ClusterMetricArgs,
    @Ctx() context: RequestContext,
  ): Promise<MetricSeries[]> {
    const range = metricRange(from, to, step ?? null, perNode ? MAX_NODE_POINTS : MAX_POINTS);
    return this.service.ofCluster(cluster.id, { range, perNode: perNode ?? false }, context);
  }
}

/** Metrics of a workload. */
@Resolver(() => Workload)
export class WorkloadMetricResolver {
  constructor(private readonly service: MetricService) {}

  @Cost(20)
  @ListSize(4)
  @FieldResolver(() => [MetricSeries], {
    description:
      'Metrics of the workload: total CPU and memory of its pods, and their number. Kept for a day.',
  })
  metrics(
    @Root() workload: Workload,
    @Args(() => MetricArgs) { from, to, step }: MetricArgs,
    @Ctx() context: RequestContext,
  ): Promise<MetricSeries[]> {
    return this.service.ofWorkload(workload.id, metricRange(from, to, step ?? null), context);
  }
}
