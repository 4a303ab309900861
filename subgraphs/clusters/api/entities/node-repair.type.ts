import { Field, ID, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';

export const NodeRepairState = graphEnum('NodeRepairState', 'State of the repair of a node.', {
  RESTARTING: 'Its instance is restarted.',
  RESETTING: 'Its instance gets a new system disk.',
  SUCCEEDED: 'It is ready again.',
  FAILED: 'It did not become ready.',
});

@ObjectType({
  implements: Resource,
  description: 'What the platform did about a node that was not ready.',
})
export class NodeRepair {
  @Field(() => ID, { description: 'Id of the repair.' })
  id: string;

  @Field(() => ID, { description: 'Id of the node, which may be gone by now.' })
  nodeId: string;

  @Field(() => String, { description: "The Kubernetes node's name." })
  nodeName: string;

  @Field(() => NodeRepairState, { description: 'Current state.' })
  state: string;

  @Field(() => Boolean, {
    description: 'Whether the system disk was replaced: what was on it is lost.',
  })
  systemDiskReset: boolean;

  @Field(() => String, { description: 'What was done (human-readable).' })
  message: string;

  @Field(() => DateTimeScalar, { description: 'When it began.' })
  startedAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended.' })
  finishedAt: Date | null;
}

export const NodeRepairConnection = connectionOf('NodeRepair', () => NodeRepair);

export const NodeRepairOrder = orderOf('NodeRepair', { STARTED_AT: 'When it began.' });
export type NodeRepairOrder = InstanceType<typeof NodeRepairOrder>;
