import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { BigIntScalar, DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { ContainerRuntime } from './cluster-kind.enums.js';
import type * as model from '../../model/node-pool.enums.js';

export const NodePoolState = graphEnum<model.NodePoolState>(
  'NodePoolState',
  'State of a node pool, by the names of the ACK API.',
  {
    INITIAL: 'Being created.',
    ACTIVE: 'No change is in progress; the pool has all the nodes that it can have.',
    SCALING: 'Nodes are being added or removed.',
    REMOVING: 'Nodes are being removed.',
    DELETING: 'Being deleted.',
    UPDATING: 'Its configuration is being changed.',
    FAILED: 'Creation failed.',
    UNHEALTHY: 'The scaling group was deleted in the cloud; create a new pool.',
  },
);
export type NodePoolState = model.NodePoolState;

@ObjectType({
  description:
    'Autoscaling of a node pool, evaluated every ten seconds. Unschedulable pods add nodes to the pool whose instances they fill best; idle nodes are drained and removed, except nodes that run pods of kube-system or pods without a controller.',
})
export class NodePoolAutoscaling {
  @Field(() => Boolean, { description: 'Whether autoscaling is enabled.' })
  enabled: boolean;

  @Field(() => Int, { description: 'Minimum number of nodes.' })
  minSize: number;

  @Field(() => Int, { description: 'Maximum number of nodes.' })
  maxSize: number;

  @Field(() => Int, {
    description:
      'Utilization in percent below which a node is idle: pods request less than this share of its CPU and of its memory.',
  })
  scaleInThreshold: number;

  @Field(() => Int, { description: 'Idle time in seconds after which a node is removed.' })
  scaleInDelaySeconds: number;
}

@Directive('@key(fields: "id")')
@ObjectType({
  implements: Resource,
  description: 'Nodes of one cluster with the same configuration, scaled together.',
})
export class NodePool {
  @Field(() => ID, { description: 'Id of the node pool, `nodepool_…`.' })
  id: string;

  @Field(() => String, { description: 'Name, unique in the cluster.' })
  name: string;

  @Field(() => NodePoolState, { description: 'State of the node pool.' })
  state: NodePoolState;

  @Field(() => Int, { description: 'Desired number of nodes.' })
  desiredSize: number;

  /** A resolver returns it with its defaults. */
  autoscaling: unknown;

  @Field(() => ContainerRuntime, { description: 'Container runtime of the nodes.' })
  runtime: ContainerRuntime;

  @Field(() => Boolean, { description: 'Whether pods share the GPUs of its nodes by memory.' })
  gpuSharing: boolean;

  @Field(() => Boolean, {
    description: 'Whether the nodes keep their pods while they are offline (edge clusters).',
  })
  edgeAutonomy: boolean;

  @Field(() => BigIntScalar, { description: 'Version of the node pool: increases with each visible change.' })
  resourceVersion: bigint;

  @Field(() => DateTimeScalar, { description: 'Creation time of the node pool.' })
  createdAt: Date;
}

export const NodePoolConnection = connectionOf('NodePool', () => NodePool);

export const NodePoolOrder = orderOf('NodePool', { CREATED_AT: 'Time of creation.', NAME: 'Name.' });
export type NodePoolOrder = InstanceType<typeof NodePoolOrder>;
