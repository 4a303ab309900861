import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { Cluster } from '../entities/cluster.type.js';
import { ChangePayload } from '../entities/change-payload.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';

export const HighRiskTarget = graphEnum('HighRiskTarget', 'Target of a high-risk operation in a drill.', {
  CLUSTER: 'The cluster; by performHighRiskOperation.',
  DEDICATED_CLUSTER: 'A dedicated cluster, whose masters are of the account; by performHighRiskOperation.',
  NODE_POOL: 'The scaling group of a node pool; by performHighRiskOperation.',
  WORKER_NODE: 'A worker node; by performHighRiskOperation.',
  MASTER_NODE: 'A master node of a dedicated cluster; by performHighRiskOperation.',
  SERVICE: 'The load balancer of a Service; by performHighRiskOperation.',
  VOLUME_CLAIM: 'The volume of a volume claim that pods have mounted; by performHighRiskOperation.',
  KUBERNETES_API: 'An object in the cluster: do it with kubectl.',
  MUTATION:
    'An operation that a mutation of this graph performs, which rejects it or requires an acknowledgement.',
});

@ObjectType({
  description:
    'A high-risk operation that was performed on a cluster outside the platform and is not remediated yet.',
})
export class HighRiskFinding {
  @Field(() => String, {
    nullable: true,
    description:
      'Service of the load balancer that the operation was performed on, as `namespace/name`. Null for other targets.',
  })
  service: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Volume claim whose volume the operation was performed on, as `namespace/name`. Null for other targets.',
  })
  volumeClaim: string | null;
}

/** Common fields of performing and remediating a high-risk operation. */
@InputType()
export abstract class HighRiskOperationInput {
  @Field(() => ID, { description: 'The cluster.' })
  clusterId: string;

  @Field(() => ID, {
    description: 'Id of the high-risk operation, e.g. `cluster.worker-node.4`; see Query.highRiskOperations.',
  })
  highRiskOperationId: string;

  @Field(() => ID, { nullable: true, description: 'The node, for an operation on a node.' })
  nodeId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The node pool, for an operation on its scaling group.',
  })
  nodePoolId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The Service, `namespace/name`, for an operation on a load balancer.',
  })
  service?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The volume claim, `namespace/name`, for an operation on a disk or file system.',
  })
  volumeClaim?: string | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A high-risk operation to perform, and its target.' })
export class PerformHighRiskOperationInput extends HighRiskOperationInput {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Must be true to perform an operation that cannot be remediated. Default: false.',
  })
  acknowledgeRisk?: boolean | null;
}

@InputType({ description: 'A high-risk operation to remediate, and the target that it was performed on.' })
export class RemediateHighRiskOperationInput extends HighRiskOperationInput {}

@InputType({ description: 'A kernel parameter.' })
export class SysctlInput {
  @Field(() => String, { description: 'Name of the parameter, e.g. `net.ipv4.ip_forward`.' })
  name: string;

  @Field(() => String, { description: 'Value of the parameter.' })
  value: string;
}

@InputType({ description: 'Kernel parameters of a node.' })
export class SetNodeSysctlsInput {
  @Field(() => ID, { description: 'Id of the node.' })
  nodeId: string;

  @Field(() => [SysctlInput], { description: 'The parameters to set.' })
  sysctls: SysctlInput[];

  @Field(() => Boolean, {
    nullable: true,
    description: 'Must be true for values with which the network of the node does not work.',
  })
  acknowledgeRisk?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType()
abstract class RiskPayload extends ChangePayload {
  @Field(() => Cluster, { nullable: true, description: 'The cluster. Null if the request was rejected.' })
  cluster: Cluster | null;
}

@ObjectType({ description: 'Payload of performHighRiskOperation.' })
export class PerformHighRiskOperationPayload extends RiskPayload {}

@ObjectType({ description: 'Payload of remediateHighRiskOperation.' })
export class RemediateHighRiskOperationPayload extends RiskPayload {}

@ObjectType({ description: 'Payload of setNodeSysctls.' })
export class SetNodeSysctlsPayload extends RiskPayload {}
