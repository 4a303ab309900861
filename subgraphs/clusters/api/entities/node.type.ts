import type * as model from '../../model/node.enums.js';
import type { NodeState } from '../../model/node-states.js';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';

const NodeRole = graphEnum<model.NodeRole>('NodeRole', 'Role of a node.', {
  MASTER: 'It runs the control plane (dedicated clusters).',
  WORKER: 'It runs pods.',
});

export const NodeOrigin = graphEnum<model.NodeOrigin>(
  'NodeOrigin',
  'How an instance was added to its pool.',
  {
    SCALING_GROUP: "Created by the pool's scaling group.",
    ATTACHED: 'An existing instance that was attached; scaling the pool in keeps the instance.',
  },
);

export const NodeLifecycleState = graphEnum<Uppercase<NodeState>>(
  'NodeLifecycleState',
  'State of the instance of a node.',
  {
    PENDING: 'It is requested from the cloud.',
    STARTING: 'It boots and joins the cluster.',
    RUNNING: 'It is part of the cluster.',
    REMOVING: 'It is being drained and removed from the cluster.',
    FAILED: 'It could not be created or did not become a node.',
  },
);

@Directive('@key(fields: "id")')
@ObjectType({ implements: Resource, description: 'A node of a cluster.' })
export class Node {
  @Field(() => ID, { description: 'Id of the node, `node_…`.' })
  id: string;

  @Field(() => String, { description: 'Name of the node in Kubernetes, unique in the cluster.' })
  name: string;

  @Field(() => NodeRole, { description: 'Role of the node.' })
  role: model.NodeRole;

  @Field(() => String, {
    description: 'State of the instance: `pending`, `starting`, `running`, `removing` or `failed`.',
  })
  state: NodeState;

  @Field(() => String, { description: 'Readiness in Kubernetes: `Ready`, `NotReady` or `Unknown`.' })
  status: model.NodeStatus;

  @Field(() => DateTimeScalar, { description: 'Creation time of the node, before that of its instance.' })
  createdAt: Date;
}

export const NodeConnection = connectionOf('Node', () => Node);

export const NodeOrder = orderOf('Node', { CREATED_AT: 'Time of creation.', NAME: 'Name.' });
export type NodeOrder = InstanceType<typeof NodeOrder>;
