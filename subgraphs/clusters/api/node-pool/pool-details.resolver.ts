import { Arg, Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { JSONScalar } from '../../../runtime/graph/scalars.js';
import { throwProblem } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { Condition } from '../entities/cluster.type.js';
import { imageOf } from '../../model/node-image.js';
import { NodeRepairConnection, NodeRepairOrder } from '../entities/node-repair.type.js';
import type { NodeRepairStore } from '../../store/node-repair.store.js';
import { conditionsOf } from '../../model/conditions.js';
import { autoscalingOf } from '../../model/node-pool.rules.js';
import type { NodePoolRow } from '../../store/node-pool.store.js';
import { NodePool, NodePoolAutoscaling } from '../entities/node-pool.type.js';
import { configOf } from '../../model/pool-config.js';
import { InstanceConfig, NodePoolManagement, PoolTaint } from '../entities/pool-config.type.js';
import { NodePoolDrift, ScalingActivity, ScalingGroup } from './pool-details.type.js';
import type { ScalingGroupsReader } from './scaling-groups.reader.js';
import { childConnection, loadValue } from '../entities/data-loaders.js';
import { scalingGroupOf, type ScalingGroupView } from '../../model/scaling-group.js';
import { driftOf } from '../../model/node-drift.js';

const MAX_ACTIVITIES = 100;

@Resolver(() => NodePool)
export class PoolDetailsResolver {
  constructor(
    private readonly stores: { readonly catalog: ClusterCatalogStore; readonly repairs: NodeRepairStore },
  ) {}

  @FieldResolver(() => Boolean, {
    description:
      'Whether the pool holds the system components. At most one pool of a cluster does: the first with instances (not virtual nodes), and after its deletion the oldest of the others.',
  })
  isDefault(@Root() pool: NodePoolRow) {
    return pool.isDefault;
  }

  @FieldResolver(() => NodePoolAutoscaling, {
    nullable: true,
    description: 'Autoscaling of the pool. Null if it was never set.',
  })
  autoscaling(@Root() pool: NodePoolRow) {
    return autoscalingOf(pool);
  }

  @FieldResolver(() => JSONScalar, { description: 'Labels of the nodes, as an object of strings.' })
  labels(@Root() pool: NodePoolRow) {
    return configOf(pool).labels;
  }

  @FieldResolver(() => [PoolTaint], { description: 'Taints of the nodes.' })
  taints(@Root() pool: NodePoolRow) {
    return configOf(pool).taints;
  }

  @FieldResolver(() => InstanceConfig, { description: 'Instance configuration of the pool.' })
  async instanceConfig(@Root() pool: NodePoolRow) {
    const { instanceConfig } = configOf(pool);
    const { instanceTypes } = await this.stores.catalog.read();
    const architecture = instanceTypes.get(pool.instanceTypes[0] ?? '')?.architecture;
    return { ...instanceConfig, imageId: imageOf(instanceConfig, architecture) };
  }

  @FieldResolver(() => NodePoolManagement, { description: 'Automatic maintenance of the pool.' })
  management(@Root() pool: NodePoolRow) {
    return configOf(pool).management;
  }

  @FieldResolver(() => [Condition], {
    description:
      'Conditions of the node pool. `Healthy`: it has its scaling group. `InSync`: all its nodes are in Kubernetes and in the scaling group. `CanScaleUp`, with autoscaling only: the pool can grow for unschedulable pods.',
  })
  conditions(@Root() pool: NodePoolRow) {
    return conditionsOf(pool);
  }

  @FieldResolver(() => ScalingGroup, {
    nullable: true,
    description: 'Scaling group of the pool. Null until it is created.',
  })
  scalingGroup(@Root() pool: NodePoolRow) {
    return scalingGroupOf(pool);
  }

  @FieldResolver(() => NodePoolDrift, {
    nullable: true,
    description:
      'Differences of the nodes from Kubernetes and the scaling group. Null if there are none. See syncNodePool.',
  })
  drift(@Root() pool: NodePoolRow) {
    return driftOf(pool);
  }

  @FieldResolver(() => NodeRepairConnection, { description: 'Repairs of the nodes.' })
  nodeRepairs(
    @Ctx() context: RequestContext,
    @Root() pool: NodePoolRow,
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(NodeRepairOrder, 'newest first') orderBy?: NodeRepairOrder | null,
  ) {
    return childConnection(context, this.stores.repairs.ofPools, pool.id, { ...page, orderBy });
  }
}

@Resolver(() => ScalingGroup)
export class ScalingGroupResolver {
  constructor(private readonly groups: ScalingGroupsReader) {}

  @FieldResolver(() => NodePool, { description: 'The one pool that it belongs to.' })
  nodePool(@Root() { pool }: ScalingGroupView<NodePoolRow>) {
    return pool;
  }

  @FieldResolver(() => [ScalingActivity], {
    description:
      'Latest activities of the scaling group, newest first. Read from the cloud, so the field costs more than others.',
  })
  async activities(
    @Ctx() context: RequestContext,
    @Root() { pool }: ScalingGroupView<NodePoolRow>,
    @Arg('first', () => Int, { defaultValue: 20, description: 'Number of activities: 1 to 100.' })
    first: number,
  ) {
    if (first < 1 || first > MAX_ACTIVITIES)
      throwProblem('PAGE_SIZE_EXCEEDED', `first must be from 1 to ${MAX_ACTIVITIES}, it is ${first}.`, {
        path: ['first'],
      });
    const groups = (await loadValue(context, this.groups.ofClusters, pool.clusterId)) ?? [];
    return groups.find(({ nodePoolId }) => nodePoolId === pool.id)?.activities.slice(0, first) ?? [];
  }
}
