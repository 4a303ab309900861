import { Field, ID, Int, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';

const ScalingGroupState = graphEnum('ScalingGroupState', 'State of a scaling group.', {
  ACTIVE: 'It is active.',
  MISSING: 'Deleted in the cloud; create the pool again.',
});

const ScalingActivityKind = graphEnum('ScalingActivityKind', 'Type of an activity of a scaling group.', {
  SCALE_OUT: 'Created instances.',
  SCALE_IN: 'Took instances away.',
  ATTACH: 'Took in instances that existed.',
  CHANGE: 'The bounds of the group were changed.',
  DELETE: 'Was deleted.',
});

const ScalingActivityStatus = graphEnum(
  'ScalingActivityStatus',
  'Result of an activity of a scaling group.',
  {
    SUCCESSFUL: 'All instances succeeded.',
    PARTIAL: 'Some instances failed.',
    FAILED: 'All instances failed.',
  },
);

@ObjectType({ description: 'Activity of a scaling group.' })
export class ScalingActivity {
  @Field(() => DateTimeScalar, { description: 'Time of the activity.' })
  at: Date;

  @Field(() => ScalingActivityKind, { description: 'Type of the activity.' })
  kind: string;

  @Field(() => ScalingActivityStatus, { description: 'Result of the activity.' })
  status: string;

  @Field(() => Int, { description: 'Number of instances that the activity affects, failed ones included.' })
  instances: number;

  @Field(() => String, {
    description: 'Description of the activity for display, with the reason of the first failure.',
  })
  description: string;
}

@ObjectType({
  implements: Resource,
  description:
    'Group in the cloud that creates and deletes the instances of one node pool, as last observed.',
})
export class ScalingGroup implements Resource {
  @Field(() => ID, { description: "The cloud's id, `asg-…`." })
  id: string;

  @Field(() => ScalingGroupState, { description: 'State of the scaling group.' })
  state: string;

  @Field(() => Int, {
    description: 'Minimum number of instances: 0, or minSize of a pool with autoscaling.',
  })
  minSize: number;

  @Field(() => Int, {
    description:
      'Maximum number of instances: the quota of instances per scaling group (usually 2000), or the maximum of a pool that has autoscaling enabled.',
  })
  maxSize: number;

  @Field(() => Int, { description: 'Desired number of instances.' })
  desiredSize: number;

  @Field(() => DateTimeScalar, { description: 'Time of the last observation.' })
  checkedAt: string;
}

@ObjectType({
  description: 'Differences of the nodes of a pool from Kubernetes and its scaling group.',
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

  @Field(() => DateTimeScalar, { description: 'Time of the observation.' })
  observedAt: string;
}
