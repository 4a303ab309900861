import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { NetworkPlugin } from './cluster-kind.enums.js';
import {
  ClusterResourceType,
  DeleteBehavior,
  ResourceCreator,
  TrafficDirection,
  TrafficProtocol,
} from './network.enums.js';

@ObjectType({ implements: Resource, description: 'A private network of the account in a region.' })
export class Vpc {
  @Field(() => ID, { description: 'Id of the VPC, `vpc_…`; also of its route table.' })
  id: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Its addresses, e.g. `192.168.0.0/16`.' })
  cidr: string;

  @Field(() => ResourceCreator, {
    description: 'Creator. A VPC that the platform created is deleted with the last cluster in it.',
  })
  creator: ResourceCreator;

  @Field(() => DateTimeScalar, { description: 'Time of the check.' })
  createdAt: Date;

  /** Resolved to the field `region`. */
  regionId: string;
}

@ObjectType({ implements: Resource, description: 'A part of a VPC in one zone.' })
export class VSwitch {
  @Field(() => ID, { description: 'Id of the vSwitch, `vsw_…`.' })
  id: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Its addresses.' })
  cidr: string;

  @Field(() => ResourceCreator, { description: 'Creator of the resource.' })
  creator: ResourceCreator;

  @Field(() => DateTimeScalar, { description: 'Time of the check.' })
  createdAt: Date;

  vpcId: string;
  zoneId: string;
}

@ObjectType({ description: 'Rule that allows traffic through a security group.' })
class SecurityGroupRule {
  @Field(() => TrafficDirection, { description: 'Which way.' })
  direction: string;

  @Field(() => TrafficProtocol, { description: 'Protocol of the traffic.' })
  protocol: string;

  @Field(() => Int, { nullable: true, description: 'First port; null: every port.' })
  fromPort: number | null;

  @Field(() => Int, { nullable: true, description: 'Last port; null: every port.' })
  toPort: number | null;

  @Field(() => String, { description: 'Addresses on the other side.' })
  cidr: string;
}

@ObjectType({
  implements: Resource,
  description: 'Stateful firewall of the instances in it: responses to allowed traffic pass.',
})
export class SecurityGroup {
  @Field(() => ID, { description: 'Id of the security group, `sg_…`.' })
  id: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => [SecurityGroupRule], { description: 'Rules of the allowed traffic.' })
  rules: unknown;

  @Field(() => ResourceCreator, { description: 'Creator of the resource.' })
  creator: ResourceCreator;

  @Field(() => DateTimeScalar, { description: 'Time of the check.' })
  createdAt: Date;

  vpcId: string;
}

@ObjectType({ description: 'How a cluster is connected.' })
export class ClusterNetwork {
  @Field(() => NetworkPlugin, { description: 'Network plugin of its pods.' })
  plugin: NetworkPlugin;

  @Field(() => String, {
    nullable: true,
    description: 'Addresses of its pods; null with Terway: they have addresses of the vSwitches.',
  })
  podCidr: string | null;

  @Field(() => String, { description: 'Addresses of its Services.' })
  serviceCidr: string;

  @Field(() => Int, {
    nullable: true,
    description: "Prefix length of a node's part of the pod CIDR; null with Terway.",
  })
  nodeCidrMask: number | null;

  clusterId: string;
  vpcId: string;
  vSwitchIds: string[];
  securityGroupId: string;
}

@ObjectType({ description: 'A cloud resource that a cluster consists of or depends on.' })
class ClusterResource {
  @Field(() => ID, {
    description:
      'Id of the resource, the same as elsewhere: `vpc(id)`, `NodePool.scalingGroup { id }` (`asg-…`), `Node.instanceId` and `instances` (`i-…`); of the load balancer of a Service or the disk of a volume claim: the uid of that object. A scaling group and an instance are listed once the cloud has made them.',
  })
  id: string;

  @Field(() => ClusterResourceType, { description: 'Kind of resource.' })
  type: string;

  @Field(() => String, {
    description: 'Its name; of what an object inside the cluster has: `namespace/name` of that.',
  })
  name: string;

  @Field(() => ResourceCreator, { description: 'Creator of the resource.' })
  creator: ResourceCreator;

  @Field(() => DeleteBehavior, { description: 'What a deletion of the cluster would do with it now.' })
  deleteBehavior: string;
}

export const VpcConnection = connectionOf('Vpc', () => Vpc);

export const VpcOrder = orderOf('Vpc', { CREATED_AT: 'Time of creation.', NAME: 'Name.' });
export type VpcOrder = InstanceType<typeof VpcOrder>;
export const ClusterResourceConnection = connectionOf('ClusterResource', () => ClusterResource);
