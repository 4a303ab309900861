import { Field, ID, InputType, Int } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { TrafficDirection, TrafficProtocol } from '../entities/network.enums.js';

const NAME = '1 to 63 letters, Chinese characters, digits and hyphens, not beginning with a hyphen.';

@InputType({ description: 'How a cluster is connected. None of it can be changed later.' })
export class ClusterNetworkInput {
  @Field(() => ID, {
    nullable: true,
    description:
      "The VPC. Default: the region's default VPC, which is created with its first cluster and deleted with its last one.",
  })
  vpcId?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'vSwitches of the VPC for its nodes (1 to 24), best of several zones; all of the VPC in its zones if omitted.',
  })
  vSwitchIds?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Security group of the VPC for its nodes; one is made for the cluster if omitted.',
  })
  securityGroupId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Addresses of its pods, e.g. `10.1.0.0/16`; a free range if omitted. With Terway there is none: pods have addresses of the vSwitches.',
  })
  podCidr?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Addresses of its Services, e.g. `172.21.0.0/20`; a free range if omitted.',
  })
  serviceCidr?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Prefix length of each node's part of the pod CIDR: 24 (256 pods a node, if omitted) to 28 (16 pods).",
  })
  nodeCidrMask?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Give its Kubernetes API a public address (EIP). Default false.',
  })
  publicEndpoint?: boolean | null;
}

@InputType({ description: 'A VPC to be created.' })
export class CreateVpcInput {
  @Field(() => String, { description: NAME })
  name: string;

  @Field(() => ID, { description: 'Where; see Query.regions.' })
  regionId: string;

  @Field(() => String, {
    description:
      'Its addresses: a private range (RFC 1918) with a prefix length of 8 to 28, e.g. `10.0.0.0/8`.',
  })
  cidr: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'Change of a VPC.' })
export class UpdateVpcInput {
  @Field(() => ID, { description: 'The VPC.' })
  id: string;

  @Field(() => String, { description: NAME })
  name: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A vSwitch to be created.' })
export class CreateVSwitchInput {
  @Field(() => ID, { description: 'The VPC.' })
  vpcId: string;

  @Field(() => ID, { description: "A zone of the VPC's region." })
  zoneId: string;

  @Field(() => String, { description: NAME })
  name: string;

  @Field(() => String, {
    description:
      "Its addresses: a part of the VPC's, with a prefix length of 16 to 29, apart from other vSwitches.",
  })
  cidr: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'Rule that allows traffic through a security group.' })
export class SecurityGroupRuleInput {
  @Field(() => TrafficDirection, {
    nullable: true,
    defaultValue: 'INGRESS',
    description: 'Which way; INGRESS if omitted.',
  })
  direction?: TrafficDirection | null;

  @Field(() => TrafficProtocol, { description: 'Protocol of the traffic.' })
  protocol: TrafficProtocol;

  @Field(() => Int, { nullable: true, description: 'First port, 1 to 65535; every port if omitted.' })
  fromPort?: number | null;

  @Field(() => Int, { nullable: true, description: 'Last port; `fromPort` if omitted.' })
  toPort?: number | null;

  @Field(() => String, { description: 'Addresses on the other side, e.g. `10.0.0.0/8`.' })
  cidr: string;
}

@InputType({ description: 'A security group to be created.' })
export class CreateSecurityGroupInput {
  @Field(() => ID, { description: 'The VPC.' })
  vpcId: string;

  @Field(() => String, { description: NAME })
  name: string;

  @Field(() => [SecurityGroupRuleInput], {
    nullable: true,
    description:
      'Traffic that it lets through (at most 200); none from outside if omitted. Instances of the same group always reach each other.',
  })
  rules?: SecurityGroupRuleInput[] | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'Change of a security group; omitted fields stay unchanged.' })
export class UpdateSecurityGroupInput {
  @Field(() => ID, { description: 'The security group.' })
  id: string;

  @Field(() => String, { nullable: true, description: NAME })
  name?: string | null;

  @Field(() => [SecurityGroupRuleInput], { nullable: true, description: 'All rules: replaces the list.' })
  rules?: SecurityGroupRuleInput[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Must be true for rules that block DNS (UDP 53 from the container CIDR) for pods of a cluster in the group; else they are rejected with RISK_NOT_ACKNOWLEDGED. Acknowledged, they are a high-risk finding of the cluster. Default false.',
  })
  acknowledgeRisk?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
