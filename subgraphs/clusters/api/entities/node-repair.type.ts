import { Field, ID, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';

export const NodeRepairState = graphEnum('NodeRepairState', 'State of the repair of a node.', {
  RESTARTING: 'Its instance is restarted.',
  RESETTING: 'Its system disk is being replaced.',
  SUCCEEDED: 'It is ready again.',
  FAILED: 'It did not become ready.',
});

@ObjectType({
  implements: Resource,
  description: 'Action of the platform for a node that was not ready.',
})
export class NodeRepair {
  @Field(() => ID, { description: 'Id of the repair.' })
  id: string;

  @Field(() => ID, { description: 'Id of the node. The node may be deleted.' })
  nodeId: string;

  @Field(() => String, { description: 'Name of the node in Kubernetes.' })
  nodeName: string;

  @Field(() => NodeRepairState, { description: 'State of the repair.' })
  state: string;

  @Field(() => Boolean, {
    description: 'Whether the system disk was replaced: its data is lost.',
  })
  systemDiskReset: boolean;

  @Field(() => String, { description: 'Action taken (human-readable).' })
  message: string;

  @Field(() => DateTimeScalar, { description: 'Start of the repair.' })
  startedAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'End of the repair.' })
  finishedAt: Date | null;
}

export const NodeRepairConnection = connectionOf('NodeRepair', () => NodeRepair);

export const NodeRepairOrder = orderOf('NodeRepair', { STARTED_AT: 'Start of the repair.' });
export type NodeRepairOrder = InstanceType<typeof NodeRepairOrder>;
