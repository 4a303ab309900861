import { Field, ID, InputType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { BigIntScalar } from '../../../runtime/graph/scalars.js';
import { NodePoolAutoscalingInput } from './node-pool.input.js';
import { PoolSettingsInput } from '../entities/pool-config.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import type * as model from '../../model/node-pool.enums.js';

@InputType({
  description:
    'Change of a node pool; omitted fields stay unchanged. Labels and taints are applied to existing nodes; other settings apply to nodes created later.',
})
export class UpdateNodePoolInput extends PoolSettingsInput {
  @Field(() => ID, { description: 'Id of the node pool.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'New name, unique in the cluster.' })
  name?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Acceptable instance types, in order of preference (1 to 20), each with at least 4 vCPU and 8 GiB.',
  })
  instanceTypes?: string[] | null;

  @Field(() => NodePoolAutoscalingInput, {
    nullable: true,
    description: 'Automatic scaling; the desired size is moved between its bounds.',
  })
  autoscaling?: NodePoolAutoscalingInput | null;

  @Field(() => BigIntScalar, {
    nullable: true,
    description: 'Reject with CONFLICT unless this is the current version.',
  })
  resourceVersion?: bigint | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

export const AttachMode = graphEnum<model.AttachMode>(
  'AttachMode',
  'How existing instances join a node pool.',
  {
    MANUAL: 'Keeps the system disk: its operating system must be one that nodes can run.',
    AUTO: 'Replaces the system disk: the data on the old one is lost.',
  },
);
export type AttachMode = model.AttachMode;

@InputType({ description: 'Existing instances to attach to a node pool as nodes.' })
export class AttachInstancesInput {
  @Field(() => ID, { description: 'Id of the node pool that the instances join.' })
  nodePoolId: string;

  @Field(() => [ID], {
    description: 'Ids of instances that belong to no cluster: 1 to 100. See Query.instances.',
  })
  instanceIds: string[];

  @Field(() => AttachMode, { description: 'How the instances join the pool.' })
  mode: AttachMode;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Acknowledges that mode AUTO erases the data on the system disks; back it up first. Required with AUTO.',
  })
  acknowledgeDataLoss?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'With a pool that has autoscaling enabled: acknowledges that autoscaling may remove the nodes again. Without it, the request is rejected with RISK_NOT_ACKNOWLEDGED.',
  })
  acknowledgeRisk?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'Nodes to remove from their pool.' })
export class RemoveNodesInput {
  @Field(() => ID, { description: 'Id of the node pool.' })
  nodePoolId: string;

  @Field(() => [ID], { description: 'Ids of nodes of the pool to remove: 1 to 100.' })
  nodeIds: string[];

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether to evict the pods first, as disruption budgets allow, for at most ten minutes.',
  })
  drain?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description:
      'Whether to release the instances. Instances that are kept can be attached again. Subscription instances are always kept.',
  })
  release?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'With a pool that has autoscaling enabled: acknowledges that autoscaling may add other nodes. Without it, the request is rejected with RISK_NOT_ACKNOWLEDGED.',
  })
  acknowledgeRisk?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'Node pool to compare and repair.' })
export class SyncNodePoolInput {
  @Field(() => ID, { description: 'Id of the node pool.' })
  id: string;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Whether to lower the desired size by the number of lost nodes instead of replacing them. Default: false.',
  })
  decrementDesiredSize?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
