import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { ChangePayload } from '../entities/change-payload.type.js';
import { Role } from '../entities/permission.type.js';

@InputType({ description: 'A role to create.' })
export class CreateRoleInput {
  @Field(() => String, {
    description: 'Name, unique in the account: 1 to 63 lower-case letters, digits and hyphens.',
  })
  name: string;

  @Field(() => String, { nullable: true, description: 'What it is for, at most 1,000 characters.' })
  description?: string | null;

  @Field(() => [String], { description: '1 to 200 verbs; Role.verbs of the administrator has all of them.' })
  verbs: string[];

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A change of a custom role. Permissions that have it change with it.' })
export class UpdateRoleInput {
  @Field(() => ID, { description: 'Id of the role; not of a predefined one.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'What it is for. Default: as before.' })
  description?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: '1 to 200 verbs, instead of those before. Default: as before.',
  })
  verbs?: string[] | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A custom role to delete.' })
export class DeleteRoleInput {
  @Field(() => ID, { description: 'Id of the role; not of a predefined one.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType()
abstract class RolePayload extends ChangePayload {
  @Field(() => Role, {
    nullable: true,
    description: 'The role. Null if the request was rejected, and if there is no such role afterwards.',
  })
  role: Role | null;
}

@ObjectType({ description: 'Payload of createRole.' })
export class CreateRolePayload extends RolePayload {}

@ObjectType({ description: 'Payload of updateRole.' })
export class UpdateRolePayload extends RolePayload {}

@ObjectType({ description: 'Payload of deleteRole.' })
export class DeleteRolePayload extends RolePayload {}
