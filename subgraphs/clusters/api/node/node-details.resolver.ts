import { Arg, Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import type { ClusterRow, ClusterStore } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { instanceCategory } from '../../model/instance-category.js';
import { loadById, loadValue } from '../entities/data-loaders.js';
import { ChargeType } from '../entities/pool-config.type.js';
import { NodeRepair, NodeRepairState } from '../entities/node-repair.type.js';
import type { NodeRepairRow } from '../../store/node-repair.store.js';
import type { NodeRow, NodeStore } from '../../store/node.store.js';
import { Node, NodeOrigin } from '../entities/node.type.js';
import { InstanceCategory } from '../entities/instance-category.enum.js';

/** The graph has no separate states for repair steps that have not started. */
const SHOWN: Readonly<Record<string, string>> = {
  RESTART_REQUESTED: 'RESTARTING',
  RESET_REQUESTED: 'RESETTING',
};

@Resolver(() => NodeRepair)
export class NodeRepairResolver {
  @FieldResolver(() => NodeRepairState, { description: 'State of the repair.' })
  state(@Root() repair: NodeRepairRow) {
    return SHOWN[repair.state] ?? repair.state;
  }
}

@Resolver(() => Node)
export class NodeDetailsResolver {
  constructor(private readonly stores: { clusters: ClusterStore; catalog: ClusterCatalogStore }) {}

  @FieldResolver(() => InstanceCategory, {
    description:
      'Category of the node: VIRTUAL for a virtual node, EDGE for any other node of an edge cluster, else the category of its instance type.',
  })
  async category(@Ctx() context: RequestContext, @Root() { clusterId, instanceType }: NodeRow) {
    const type = (await this.stores.catalog.read()).instanceTypes.get(instanceType);
    const category = type ? instanceCategory(type) : 'X86';
    if (category === 'VIRTUAL') return category;
    const cluster = await loadById(context, this.stores.clusters.byIds, clusterId);
    return cluster?.profile === 'EDGE' ? 'EDGE' : category;
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'Id of the instance in the cloud. Null until the instance exists.',
  })
  instanceId(@Root() node: NodeRow) {
    return node.instanceId;
  }

  @FieldResolver(() => ChargeType, { description: 'Charge type of the instance.' })
  chargeType(@Root() node: NodeRow) {
    return node.chargeType;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'Time since which the utilization of the node is below the scale-down threshold of its pool. Null while it is above, and in pools without autoscaling.',
  })
  idleSince(@Root() node: NodeRow) {
    return node.idleSince;
  }

  @FieldResolver(() => NodeOrigin, { description: 'How its instance was added to the pool.' })
  origin(@Root() node: NodeRow) {
    return node.origin;
  }
}

@Resolver(() => Cluster)
export class ClusterNodeResolver {
  constructor(private readonly nodes: NodeStore) {}

  @FieldResolver(() => Node, {
    nullable: true,
    description: 'A node by name. Null if it does not exist.',
  })
  async node(
    @Ctx() context: RequestContext,
    @Root() cluster: ClusterRow,
    @Arg('name', () => String, { description: 'Name of the node in Kubernetes, unique in the cluster.' })
    name: string,
  ) {
    return (await loadValue(context, this.nodes.byNames, `${cluster.id}/${name}`)) ?? null;
  }
}
