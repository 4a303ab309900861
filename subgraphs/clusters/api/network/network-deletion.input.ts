import { Field, ID, InputType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';

@InputType({ description: 'A VPC to delete.' })
export class DeleteVpcInput {
  @Field(() => ID, { description: 'Id of the VPC, `vpc_…`.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A vSwitch to delete.' })
export class DeleteVSwitchInput {
  @Field(() => ID, { description: 'Id of the vSwitch, `vsw_…`.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A security group to delete.' })
export class DeleteSecurityGroupInput {
  @Field(() => ID, { description: 'Id of the security group, `sg_…`.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A retained load balancer to delete.' })
export class DeleteLoadBalancerInput {
  @Field(() => ID, { description: 'Id of the load balancer, `resource_…`.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A retained public address (EIP) to delete.' })
export class DeleteEipInput {
  @Field(() => ID, { description: 'Id of the public address, `resource_…`.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
