import { Field, ID, InputType, Int } from 'type-graphql';
import { PoolSettingsInput } from '../entities/pool-config.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { ContainerRuntime } from '../entities/cluster-kind.enums.js';

const INSTANCE_TYPES =
  'Acceptable instance types, in order of preference (1 to 20), each with at least 4 vCPU and 8 GiB.';
const DESIRED_SIZE =
  'Desired number of nodes, within the quota of instances per scaling group and the bounds of autoscaling. Default: minSize with autoscaling, else 0.';
const NAME =
  'Name, unique in the cluster: 1 to 63 letters, Chinese characters, digits and hyphens, not beginning with a hyphen.';

@InputType({
  description:
    'Autoscaling of a node pool: scales out for unschedulable pods, and in when nodes are idle and their pods fit on other nodes.',
})
export class NodePoolAutoscalingInput {
  @Field(() => Boolean, {
    description: 'Whether autoscaling is enabled. While it is, the pool cannot be scaled manually.',
  })
  enabled: boolean;

  @Field(() => Int, { description: 'Minimum number of nodes: 0 to maxSize.' })
  minSize: number;

  @Field(() => Int, {
    description: 'Maximum number of nodes, within the quota of instances per scaling group.',
  })
  maxSize: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'Utilization in percent below which a node is idle: pods request less than this share of its CPU and of its memory. 1 to 100. Default: 50 if it was never set.',
  })
  scaleInThreshold?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Idle time in seconds after which a node is removed: 1 to 86400. Default: 600.',
  })
  scaleInDelaySeconds?: number | null;
}

@InputType({ description: 'A node pool to create with its cluster.' })
export class NodePoolInput extends PoolSettingsInput {
  @Field(() => String, { description: NAME })
  name: string;

  @Field(() => [ID], { description: INSTANCE_TYPES })
  instanceTypes: string[];

  @Field(() => Int, { nullable: true, description: DESIRED_SIZE })
  desiredSize?: number | null;

  @Field(() => NodePoolAutoscalingInput, {
    nullable: true,
    description: 'Autoscaling. Default: off.',
  })
  autoscaling?: NodePoolAutoscalingInput | null;

  @Field(() => ContainerRuntime, {
    nullable: true,
    description: 'Container runtime. Default: CONTAINERD.',
  })
  runtime?: ContainerRuntime | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether pods share the GPUs of the nodes: they request `aliyun.com/gpu-mem` (GiB) instead of whole GPUs. Default: false.',
  })
  gpuSharing?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether nodes of an edge cluster keep their pods while they are offline. Default: false.',
  })
  edgeAutonomy?: boolean | null;
}

@InputType({ description: 'A node pool to create in a running cluster.' })
export class CreateNodePoolInput extends NodePoolInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  clusterId: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A new size of a node pool.' })
export class ScaleNodePoolInput {
  @Field(() => ID, { description: 'Id of the node pool.' })
  nodePoolId: string;

  @Field(() => Int, {
    description: 'Desired number of nodes, within the quota of instances per scaling group.',
  })
  desiredSize: number;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A node pool to delete, with its nodes.' })
export class DeleteNodePoolInput {
  @Field(() => ID, { description: 'Id of the node pool.' })
  id: string;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Acknowledges, for the default node pool, that its system components may move to a pool with autoscaling, which can make the cluster unstable. Without it, the request is rejected with RISK_NOT_ACKNOWLEDGED if every other pool has autoscaling enabled. Default: false.',
  })
  acknowledgeRisk?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
