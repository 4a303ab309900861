import { Field, ID, InputType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';

@InputType({ description: 'The resource to be deleted.' })
export class DeleteVpcInput {
  @Field(() => ID, { description: 'The VPC, `vpc_…`.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'The resource to be deleted.' })
export class DeleteVSwitchInput {
  @Field(() => ID, { description: 'The vSwitch, `vsw_…`.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'The resource to be deleted.' })
export class DeleteSecurityGroupInput {
  @Field(() => ID, { description: 'The security group, `sg_…`.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'The resource to be deleted.' })
export class DeleteLoadBalancerInput {
  @Field(() => ID, { description: 'The load balancer, `resource_…`.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'The resource to be deleted.' })
export class DeleteEipInput {
  @Field(() => ID, { description: 'The public address, `resource_…`.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
