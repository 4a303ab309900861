import { Field, ID, InputType, Int } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { TrafficDirection, TrafficProtocol } from '../entities/network.enums.js';

const NAME = 'Name: 1 to 63 letters, Chinese characters, digits and hyphens, not beginning with a hyphen.';

@InputType({ description: 'Network of a new cluster. Immutable after creation.' })
export class ClusterNetworkInput {
  @Field(() => ID, {
    nullable: true,
    description:
      "Id of the VPC. Default: the region's default VPC, which is created with its first cluster and deleted with its last one.",
  })
  vpcId?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Ids of the vSwitches for the nodes, in the VPC: 1 to 24, best in several zones. Default: all vSwitches of the VPC in the zones of the cluster.',
  })
  vSwitchIds?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Id of the security group for the nodes, in the VPC. Default: one is created for the cluster.',
  })
  securityGroupId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'CIDR of pods, e.g. `10.1.0.0/16`. Default: a free range. Not allowed with Terway, where pods have addresses of the vSwitches.',
  })
  podCidr?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'CIDR of Services, e.g. `172.21.0.0/20`. Default: a free range.',
  })
  serviceCidr?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Prefix length of each node's part of the pod CIDR: 24 (256 addresses) to 28 (16 addresses). Default: 24.",
  })
  nodeCidrMask?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the Kubernetes API gets a public address (EIP). Default: false.',
  })
  publicEndpoint?: boolean | null;
}

@InputType({ description: 'A VPC to create.' })
export class CreateVpcInput {
  @Field(() => String, { description: NAME })
  name: string;

  @Field(() => ID, { description: 'Id of the region; see Query.regions.' })
  regionId: string;

  @Field(() => String, {
    description:
      'CIDR of the VPC: a private range (RFC 1918) with a prefix length of 8 to 28, e.g. `10.0.0.0/8`.',
  })
  cidr: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'Change of a VPC.' })
export class UpdateVpcInput {
  @Field(() => ID, { description: 'Id of the VPC.' })
  id: string;

  @Field(() => String, { description: NAME })
  name: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A vSwitch to create.' })
export class CreateVSwitchInput {
  @Field(() => ID, { description: 'Id of the VPC.' })
  vpcId: string;

  @Field(() => ID, { description: 'Id of a zone in the region of the VPC.' })
  zoneId: string;

  @Field(() => String, { description: NAME })
  name: string;

  @Field(() => String, {
    description:
      'CIDR of the vSwitch: within that of the VPC, with a prefix length of 16 to 29, not overlapping other vSwitches.',
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
    description: 'Direction of the traffic. Default: INGRESS.',
  })
  direction?: TrafficDirection | null;

  @Field(() => TrafficProtocol, { description: 'Protocol of the traffic.' })
  protocol: TrafficProtocol;

  @Field(() => Int, { nullable: true, description: 'First port: 1 to 65535. Default: every port.' })
  fromPort?: number | null;

  @Field(() => Int, { nullable: true, description: 'Last port. Default: `fromPort`.' })
  toPort?: number | null;

  @Field(() => String, { description: 'CIDR of the other side, e.g. `10.0.0.0/8`.' })
  cidr: string;
}

@InputType({ description: 'A security group to create.' })
export class CreateSecurityGroupInput {
  @Field(() => ID, { description: 'Id of the VPC.' })
  vpcId: string;

  @Field(() => String, { description: NAME })
  name: string;

  @Field(() => [SecurityGroupRuleInput], {
    nullable: true,
    description:
      'Rules of the allowed traffic (at most 200). Default: no traffic from outside. Instances of the same group can always reach each other.',
  })
  rules?: SecurityGroupRuleInput[] | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'Change of a security group; omitted fields stay unchanged.' })
export class UpdateSecurityGroupInput {
  @Field(() => ID, { description: 'Id of the security group.' })
  id: string;

  @Field(() => String, { nullable: true, description: NAME })
  name?: string | null;

  @Field(() => [SecurityGroupRuleInput], { nullable: true, description: 'All rules: replaces the list.' })
  rules?: SecurityGroupRuleInput[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Must be true for rules that block DNS (UDP 53 from the container CIDR) for pods of a cluster in the group; else they are rejected with RISK_NOT_ACKNOWLEDGED. Acknowledged, they are a high-risk finding of the cluster. Default: false.',
  })
  acknowledgeRisk?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
