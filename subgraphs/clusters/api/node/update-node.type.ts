import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { JSONScalar } from '../../../runtime/graph/scalars.js';
import { ChangePayload } from '../entities/change-payload.type.js';
import { PoolTaint } from '../entities/pool-config.type.js';
import { Node } from '../entities/node.type.js';

@InputType({ description: 'Change of a node; omitted fields stay unchanged.' })
export class UpdateNodeInput {
  @Field(() => ID, { description: 'Id of the node.' })
  id: string;

  @Field(() => JSONScalar, {
    nullable: true,
    description:
      'Labels to set, as an object of strings by key (at most 50). Null removes a key; omitted keys stay. Keys and values follow the rules of Kubernetes. Keys of the node pool, `type`, `ack.node.gpu.schedule` and keys under kubernetes.io, k8s.io, alibabacloud.com, aliyun.com, openyurt.io and fleetgraph.dev are rejected.',
  })
  labels?: unknown;

  @Field(() => JSONScalar, {
    nullable: true,
    description:
      'Annotations to set, in the form of `labels` (at most 50, together 256 KiB); values are any text.',
  })
  annotations?: unknown;

  @Field(() => [PoolTaint], {
    nullable: true,
    description:
      'All taints of the node (at most 50): replaces them. Those with reserved keys and those that the node pool sets stay, also when they are left out; they may be named as they are, but not changed.',
  })
  taints?: PoolTaint[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Nodes of a registered cluster are changed only with true: applications there may depend on their labels, annotations and taints.',
  })
  acknowledgeRisk?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({ description: 'Payload of updateNode.' })
export class UpdateNodePayload extends ChangePayload {
  @Field(() => Node, { nullable: true, description: 'The node. Null if the request was rejected.' })
  node: Node | null;
}
