import { Field, ID, InputType, Int } from 'type-graphql';
import { PoolSettingsInput } from '../entities/pool-config.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { ContainerRuntime } from '../entities/cluster-kind.enums.js';

const INSTANCE_TYPES =
  'Acceptable instance types, in order of preference (1 to 20), each with at least 4 vCPU and 8 GiB.';
const DESIRED_SIZE =
  'Desired number of nodes, within the quota of instances per scaling group; with autoscaling within its bounds and its minSize if omitted, else 0.';
const NAME =
  '1 to 63 letters, Chinese characters, digits and hyphens, not beginning with a hyphen; unique in the cluster.';

@InputType({
  description:
    'Automatic scaling of a node pool: out for pods that find no node, in when nodes are idle and their pods have room elsewhere.',
})
export class NodePoolAutoscalingInput {
  @Field(() => Boolean, {
    description: 'Whether it is on; a pool that has autoscaling enabled is not scaled by hand.',
  })
  enabled: boolean;

  @Field(() => Int, { description: 'Nodes at the least: 0 to maxSize.' })
  minSize: number;

  @Field(() => Int, {
    description: 'Maximum number of nodes, within the quota of instances per scaling group.',
  })
  maxSize: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'A node is idle while pods request less than this of its CPU and of its memory, in percent: 1 to 100; 50 when it was never given.',
  })
  scaleInThreshold?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Idle time in seconds after which a node is removed: 1 to 86400. Default 600.',
  })
  scaleInDelaySeconds?: number | null;
}

@InputType({ description: 'A node pool to be created with its cluster.' })
export class NodePoolInput extends PoolSettingsInput {
  @Field(() => String, { description: NAME })
  name: string;

  @Field(() => [ID], { description: INSTANCE_TYPES })
  instanceTypes: string[];

  @Field(() => Int, { nullable: true, description: DESIRED_SIZE })
  desiredSize?: number | null;

  @Field(() => NodePoolAutoscalingInput, {
    nullable: true,
    description: 'Automatic scaling; off if omitted.',
  })
  autoscaling?: NodePoolAutoscalingInput | null;

  @Field(() => ContainerRuntime, {
    nullable: true,
    description: 'Container runtime; CONTAINERD if omitted.',
  })
  runtime?: ContainerRuntime | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Let pods share the GPUs of its nodes: they ask for `aliyun.com/gpu-mem` (GiB) instead of whole GPUs. False if omitted.',
  })
  gpuSharing?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Of an edge cluster: nodes that are offline keep their pods. False if omitted.',
  })
  edgeAutonomy?: boolean | null;
}

@InputType({ description: 'A node pool to be created in a running cluster.' })
export class CreateNodePoolInput extends NodePoolInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  clusterId: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A node pool to be scaled.' })
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

@InputType({ description: 'A node pool to be deleted, with its nodes.' })
export class DeleteNodePoolInput {
  @Field(() => ID, { description: 'Id of the node pool.' })
  id: string;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Of the default node pool, whose system components another pool takes over: it is known that this may be one that has autoscaling enabled, which can make the cluster unstable. Default false: refused with RISK_NOT_ACKNOWLEDGED where every other pool has autoscaling enabled.',
  })
  acknowledgeRisk?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
