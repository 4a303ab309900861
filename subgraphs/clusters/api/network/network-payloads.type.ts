import { Field, ID, ObjectType } from 'type-graphql';
import { ChangePayload } from '../entities/change-payload.type.js';
import { SecurityGroup, Vpc, VSwitch } from '../entities/network.type.js';

@ObjectType()
abstract class VpcPayload extends ChangePayload {
  @Field(() => Vpc, { nullable: true, description: 'The VPC. Null if the request was rejected.' })
  vpc: Vpc | null;
}

@ObjectType({ description: 'Payload of createVpc.' })
export class CreateVpcPayload extends VpcPayload {}

@ObjectType({ description: 'Payload of updateVpc.' })
export class UpdateVpcPayload extends VpcPayload {}

@ObjectType({ description: 'Payload of createVSwitch.' })
export class CreateVSwitchPayload extends ChangePayload {
  @Field(() => VSwitch, { nullable: true, description: 'The vSwitch. Null if the request was rejected.' })
  vSwitch: VSwitch | null;
}

@ObjectType()
abstract class SecurityGroupPayload extends ChangePayload {
  @Field(() => SecurityGroup, {
    nullable: true,
    description: 'The security group. Null if the request was rejected.',
  })
  securityGroup: SecurityGroup | null;
}

@ObjectType({ description: 'Payload of createSecurityGroup.' })
export class CreateSecurityGroupPayload extends SecurityGroupPayload {}

@ObjectType({ description: 'Payload of updateSecurityGroup.' })
export class UpdateSecurityGroupPayload extends SecurityGroupPayload {}

@ObjectType()
abstract class DeletionPayload extends ChangePayload {
  @Field(() => ID, {
    nullable: true,
    description: 'Id of the deleted resource. Null if the request was rejected.',
  })
  deletedId: string | null;
}

@ObjectType({ description: 'Payload of deleteVpc.' })
export class DeleteVpcPayload extends DeletionPayload {}

@ObjectType({ description: 'Payload of deleteVSwitch.' })
export class DeleteVSwitchPayload extends DeletionPayload {}

@ObjectType({ description: 'Payload of deleteSecurityGroup.' })
export class DeleteSecurityGroupPayload extends DeletionPayload {}

@ObjectType({ description: 'Payload of deleteLoadBalancer.' })
export class DeleteLoadBalancerPayload extends DeletionPayload {}

@ObjectType({ description: 'Payload of deleteEip.' })
export class DeleteEipPayload extends DeletionPayload {}
