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

  @Field(() => String, { description: 'Name of the VPC.' })
  name: string;

  @Field(() => String, { description: 'CIDR of the VPC, e.g. `192.168.0.0/16`.' })
  cidr: string;

  @Field(() => ResourceCreator, {
    description: 'Creator. A VPC that the platform created is deleted with the last cluster in it.',
  })
  creator: ResourceCreator;

  @Field(() => DateTimeScalar, { description: 'Creation time of the VPC.' })
  createdAt: Date;

  /** Resolved to the field `region`. */
  regionId: string;
}

@ObjectType({ implements: Resource, description: 'A subnet of a VPC in one zone.' })
export class VSwitch {
  @Field(() => ID, { description: 'Id of the vSwitch, `vsw_…`.' })
  id: string;

  @Field(() => String, { description: 'Name of the vSwitch.' })
  name: string;

  @Field(() => String, { description: 'CIDR of the vSwitch.' })
  cidr: string;

  @Field(() => ResourceCreator, { description: 'Creator of the vSwitch.' })
  creator: ResourceCreator;

  @Field(() => DateTimeScalar, { description: 'Creation time of the vSwitch.' })
  createdAt: Date;

  vpcId: string;
  zoneId: string;
}

@ObjectType({ description: 'Rule that allows traffic through a security group.' })
class SecurityGroupRule {
  @Field(() => TrafficDirection, { description: 'Direction of the traffic.' })
  direction: string;

  @Field(() => TrafficProtocol, { description: 'Protocol of the traffic.' })
  protocol: string;

  @Field(() => Int, { nullable: true, description: 'First port. Null for every port.' })
  fromPort: number | null;

  @Field(() => Int, { nullable: true, description: 'Last port. Null for every port.' })
  toPort: number | null;

  @Field(() => String, { description: 'CIDR of the other side.' })
  cidr: string;
}

@ObjectType({
  implements: Resource,
  description: 'Stateful firewall of the instances in it: responses to allowed traffic pass.',
})
export class SecurityGroup {
  @Field(() => ID, { description: 'Id of the security group, `sg_…`.' })
  id: string;

  @Field(() => String, { description: 'Name of the security group.' })
  name: string;

  @Field(() => [SecurityGroupRule], { description: 'Rules of the allowed traffic.' })
  rules: unknown;

  @Field(() => ResourceCreator, { description: 'Creator of the security group.' })
  creator: ResourceCreator;

  @Field(() => DateTimeScalar, { description: 'Creation time of the security group.' })
  createdAt: Date;

  vpcId: string;
}

@ObjectType({ description: 'Network of a cluster.' })
export class ClusterNetwork {
  @Field(() => NetworkPlugin, { description: 'Network plugin (CNI).' })
  plugin: NetworkPlugin;

  @Field(() => String, {
    nullable: true,
    description: 'CIDR of pods. Null with Terway, where pods have addresses of the vSwitches.',
  })
  podCidr: string | null;

  @Field(() => String, { description: 'CIDR of Services.' })
  serviceCidr: string;

  @Field(() => Int, {
    nullable: true,
    description: "Prefix length of each node's part of the pod CIDR. Null with Terway.",
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
      'Id of the resource, as in `vpc(id)`, `NodePool.scalingGroup { id }` (`asg-…`), `Node.instanceId` and `instances` (`i-…`). For the load balancer of a Service or the disk of a volume claim: the uid of that Kubernetes object. Scaling groups and instances are listed once the cloud has created them.',
  })
  id: string;

  @Field(() => ClusterResourceType, { description: 'Kind of resource.' })
  type: string;

  @Field(() => String, {
    description:
      'Name of the resource. For a resource of a Kubernetes object: `namespace/name` of the object.',
  })
  name: string;

  @Field(() => ResourceCreator, { description: 'Creator of the resource.' })
  creator: ResourceCreator;

  @Field(() => DeleteBehavior, { description: 'Effect of deleting the cluster on the resource.' })
  deleteBehavior: string;
}

export const VpcConnection = connectionOf('Vpc', () => Vpc);

export const VpcOrder = orderOf('Vpc', { CREATED_AT: 'Time of creation.', NAME: 'Name.' });
export type VpcOrder = InstanceType<typeof VpcOrder>;
export const ClusterResourceConnection = connectionOf('ClusterResource', () => ClusterResource);
