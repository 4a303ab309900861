import { Field, ID, Int, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';

const ScalingGroupState = graphEnum('ScalingGroupState', 'State of a scaling group.', {
  ACTIVE: 'It makes and takes away instances.',
  MISSING: 'Deleted in the cloud; create the pool again.',
});

const ScalingActivityKind = graphEnum('ScalingActivityKind', 'What a scaling group did.', {
  SCALE_OUT: 'Made instances.',
  SCALE_IN: 'Took instances away.',
  ATTACH: 'Took in instances that existed.',
  CHANGE: 'Got other bounds.',
  DELETE: 'Was deleted.',
});

const ScalingActivityStatus = graphEnum('ScalingActivityStatus', 'Result of the check.', {
  SUCCESSFUL: 'All of it.',
  PARTIAL: 'A part of it.',
  FAILED: 'Nothing of it.',
});

@ObjectType({ description: 'Something that a scaling group did.' })
export class ScalingActivity {
  @Field(() => DateTimeScalar, { description: 'When it was done.' })
  at: Date;

  @Field(() => ScalingActivityKind, { description: 'What was done.' })
  kind: string;

  @Field(() => ScalingActivityStatus, { description: 'Result of the check.' })
  status: string;

  @Field(() => Int, { description: 'How many instances it was about.' })
  instances: number;

  @Field(() => String, { description: 'In words, with the reason of the first failure.' })
  description: string;
}

@ObjectType({
  implements: Resource,
  description:
    'The group in the cloud that makes and takes away the instances of one node pool, as it was seen last.',
})
export class ScalingGroup implements Resource {
  @Field(() => ID, { description: "The cloud's id, `asg-…`." })
  id: string;

  @Field(() => ScalingGroupState, { description: 'Current state.' })
  state: string;

  @Field(() => Int, {
    description: 'Instances at the least: 0, or the minimum of a pool that has autoscaling enabled.',
  })
  minSize: number;

  @Field(() => Int, {
    description:
      'Instances at the most: the quota of instances per scaling group (usually 2000), or the maximum of a pool that has autoscaling enabled.',
  })
  maxSize: number;

  @Field(() => Int, { description: 'Desired number of instances.' })
  desiredSize: number;

  @Field(() => DateTimeScalar, { description: 'When it was observed last.' })
  checkedAt: string;
}

@ObjectType({
  description: 'How the nodes of a pool differ from what Kubernetes and its scaling group have.',
})
export class NodePoolDrift {
  @Field(() => [String], {
    description: 'Nodes whose instances run, but that were deleted in Kubernetes.',
  })
  missingInKubernetes: readonly string[];

  @Field(() => [String], {
    description:
      'Nodes whose instances were removed from the scaling group; syncNodePool removes the nodes and keeps the instances.',
  })
  missingInScalingGroup: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When it was observed.' })
  observedAt: string;
}
