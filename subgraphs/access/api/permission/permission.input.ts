import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { ChangePayload } from '../entities/change-payload.type.js';
import { Permission, PermissionEffect, PrincipalKind } from '../entities/permission.type.js';

@InputType({ description: 'Filter of permissions; all conditions are combined with AND.' })
export class PermissionFilter {
  @Field(() => ID, { nullable: true, description: 'Permissions of this principal.' })
  principalId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Permissions with this role.' })
  roleId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Permissions whose scope is this cluster.' })
  clusterId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether to leave out permissions that have ended. Default: false.',
  })
  active?: boolean | null;
}

@InputType({ description: 'A principal, by its name.' })
export class PrincipalInput {
  @Field(() => PrincipalKind, { description: 'Kind of the principal.' })
  kind: PrincipalKind;

  @Field(() => String, {
    description:
      'Subject of the user, name of the group or of the service account. `fleetgraph:account` is the group of all principals of the account; other groups that start with `fleetgraph:` or `system:` do not exist.',
  })
  name: string;

  @Field(() => String, {
    nullable: true,
    description: "Issuer of a user's tokens (`iss`). Default: that of the caller's token, if it has one.",
  })
  issuer?: string | null;
}

@InputType({ description: 'Where a permission applies. Without any part: in the whole account.' })
export class PermissionScopeInput {
  @Field(() => ID, { nullable: true, description: 'What is in this region. Not together with clusterId.' })
  regionId?: string | null;

  @Field(() => ID, { nullable: true, description: 'One cluster.' })
  clusterId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Clusters whose labels match, as kubectl writes selectors, at most 1,000 characters. Not together with clusterId.',
  })
  clusterSelector?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: '1 to 50 namespaces of the clusters. Default: all of them, and what is in none.',
  })
  namespaces?: string[] | null;
}

@InputType({ description: 'A permission to grant.' })
export class PermissionInput {
  @Field(() => PrincipalInput, { description: 'Who gets it.' })
  principal: PrincipalInput;

  @Field(() => ID, { description: 'Id of the role.' })
  roleId: string;

  @Field(() => PermissionEffect, {
    nullable: true,
    description:
      'Whether it allows or denies; what is denied is denied, whatever else is allowed. Default: ALLOW.',
  })
  effect?: PermissionEffect | null;

  @Field(() => PermissionScopeInput, {
    nullable: true,
    description: 'Where it applies. Default: in the account.',
  })
  scope?: PermissionScopeInput | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ends by itself. Default: never.' })
  expiresAt?: Date | null;

  @Field(() => String, { nullable: true, description: 'Reason, at most 1,000 characters.' })
  reason?: string | null;
}

@InputType({ description: 'Permissions to grant: all of them, or none.' })
export class GrantPermissionsInput {
  @Field(() => [PermissionInput], { description: '1 to 100 permissions.' })
  permissions: PermissionInput[];

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'Permissions to revoke: all of them, or none.' })
export class RevokePermissionsInput {
  @Field(() => [ID], { description: '1 to 100 ids of permissions.' })
  permissionIds: string[];

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({ description: 'Payload of grantPermissions.' })
export class GrantPermissionsPayload extends ChangePayload {
  @Field(() => [Permission], {
    description: 'The permissions in the order of the request; empty if it was rejected or was a dry run.',
  })
  permissions: Permission[];
}

@ObjectType({ description: 'Payload of revokePermissions.' })
export class RevokePermissionsPayload extends ChangePayload {
  @Field(() => [Permission], {
    description: 'The permissions as they were; empty if the request was rejected, and when it is repeated.',
  })
  permissions: Permission[];
}
