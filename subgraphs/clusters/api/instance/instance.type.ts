import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { ChangePayload } from '../entities/change-payload.type.js';
import { ChargeType } from '../entities/pool-config.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';

export const InstanceOrigin = graphEnum('InstanceOrigin', 'Why an instance belongs to no cluster.', {
  CREATED: 'Created in the cloud, outside the platform.',
  REMOVED: 'It was removed from its cluster without being released.',
  FAILED_CREATION: 'Created for a node that failed.',
});
export type InstanceOrigin = keyof typeof InstanceOrigin;

export const InstanceState = graphEnum('InstanceState', 'State of an instance of the account.', {
  RUNNING: 'The instance runs and can be attached to a cluster.',
  STOPPED: 'The instance is stopped in the cloud. Start it there before attaching it.',
});
export type InstanceState = keyof typeof InstanceState;

@ObjectType({
  implements: Resource,
  description: 'An instance of the account that belongs to no cluster, and can be attached to one.',
})
export class Instance {
  @Field(() => ID, { description: 'Id in the cloud, `i-…`.' })
  id: string;

  @Field(() => String, { description: 'Name of the instance.' })
  name: string;

  @Field(() => InstanceOrigin, { description: 'Reason why the instance belongs to no cluster.' })
  origin: InstanceOrigin;

  @Field(() => ChargeType, { description: 'Charge type of the instance.' })
  chargeType: ChargeType;

  @Field(() => InstanceState, { description: 'State of the instance.' })
  state: InstanceState;

  @Field(() => ID, {
    nullable: true,
    description:
      'Id of the VPC of the instance. It can be attached to clusters in this VPC only. Null when unknown.',
  })
  vpcId?: string | undefined;

  @Field(() => Boolean, {
    description: 'Whether the instance can be released now: false for a subscription.',
  })
  releasable: boolean;

  @Field(() => ID, { description: 'Image of its system disk.' })
  imageId: string;

  @Field(() => ID, { nullable: true, description: 'Id of the cluster that the instance was created for.' })
  formerClusterId?: string | undefined;

  @Field(() => DateTimeScalar, { description: 'Creation time of the instance.' })
  createdAt: Date;
}

export const InstanceConnection = connectionOf('Instance', () => Instance);

@InputType({ description: 'Filter of instances; all conditions are combined with AND.' })
export class InstanceFilter {
  @Field(() => [ID], { nullable: true, description: 'Instances with one of these ids (at most 100).' })
  ids?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Instances in this region.' })
  regionId?: string | null;

  @Field(() => [InstanceOrigin], { nullable: true, description: 'Instances with one of these origins.' })
  origins?: InstanceOrigin[] | null;

  @Field(() => ChargeType, { nullable: true, description: 'Instances with this charge type.' })
  chargeType?: ChargeType | null;
}

const OsFamily = graphEnum('OsFamily', 'Families of operating systems.', {
  ALIBABA_CLOUD_LINUX: 'Alibaba Cloud Linux.',
  CENTOS: 'CentOS.',
  UBUNTU: 'Ubuntu.',
  WINDOWS_SERVER: 'Windows Server.',
  WINDOWS_SERVER_CORE: 'Windows Server Core.',
});

@Directive('@key(fields: "id")')
@ObjectType({ description: 'Image of a system disk.' })
export class NodeImage {
  @Field(() => ID, { description: 'Id, as `imageId` of pools.' })
  id: string;

  @Field(() => String, { description: 'Name for display, with its version.' })
  name: string;

  @Field(() => OsFamily, { description: 'Family of the operating system.' })
  osFamily: string;

  @Field(() => String, { description: 'Version of the operating system.' })
  osVersion: string;

  @Field(() => String, { description: 'Processor architecture, e.g. `amd64`.' })
  architecture: string;

  @Field(() => Boolean, { description: 'Whether it can run a node.' })
  supported: boolean;
}

@InputType({ description: 'Detached instances to release.' })
export class ReleaseInstancesInput {
  @Field(() => [ID], { description: 'Instances that belong to no cluster (1 to 100).' })
  instanceIds: string[];

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({ description: 'Payload of releaseInstances.' })
export class ReleaseInstancesPayload extends ChangePayload {
  @Field(() => [ID], { description: 'Ids of the released instances.' })
  releasedIds: string[];
}

@InputType({ description: 'A change of the charge type of the instances of nodes.' })
export class ConvertChargeTypeInput {
  @Field(() => [ID], {
    description: 'Ids of running nodes of one cluster, masters of a dedicated cluster included: 1 to 100.',
  })
  nodeIds: string[];

  @Field(() => ChargeType, {
    description:
      'New charge type. Only PREPAID is accepted: instances can be converted from pay-as-you-go to subscription only.',
  })
  chargeType: ChargeType;

  @Field(() => String, {
    nullable: true,
    description:
      'Idempotency token, 1 to 128 characters: a retry with the same token and input returns the first response.',
  })
  clientToken?: string | null;
}
