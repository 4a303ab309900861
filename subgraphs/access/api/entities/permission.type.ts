import { Directive, Field, ID, ObjectType } from 'type-graphql';
import type * as access from '../../../../access/model/principal.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import type * as model from '../../model/permission.js';
import type * as roles from '../../model/role.js';
import type { Verb } from '../../../../access/model/verb.js';
import { Cluster, Region } from './stubs.type.js';

export const PrincipalKind = graphEnum<access.PrincipalKind>('PrincipalKind', 'Kind of a principal.', {
  USER: 'The holder of tokens with one issuer and subject.',
  GROUP: 'All users whose tokens name the group.',
  SERVICE_ACCOUNT: 'A program of the account, with keys of its own.',
});
export type PrincipalKind = access.PrincipalKind;

export const PermissionEffect = graphEnum<model.PermissionEffect>(
  'PermissionEffect',
  'Whether a permission allows the verbs of its role, or denies them.',
  {
    ALLOW: 'The principal may.',
    DENY: 'The principal may not, whatever other permissions allow.',
  },
);
export type PermissionEffect = model.PermissionEffect;

@Directive('@key(fields: "id")')
@Directive('@key(fields: "resourceId")')
@ObjectType({ implements: Resource, description: 'A user, group or service account of the account.' })
export class Principal implements model.Principal, Resource {
  @Field(() => ID, { description: 'Id of the principal; follows from its kind, issuer and name.' })
  id: string;

  @Field(() => PrincipalKind, { description: 'Kind of the principal.' })
  kind: PrincipalKind;

  @Field(() => String, {
    description:
      'Subject of the user, name of the group or of the service account. The group `fleetgraph:account` is all principals of the account.',
  })
  name: string;

  @Field(() => String, {
    description: 'Issuer of the tokens of a user. Empty for tokens without issuer, and for other kinds.',
  })
  issuer: string;
}

@Directive('@key(fields: "id")')
@Directive('@key(fields: "resourceId")')
@ObjectType({ implements: Resource, description: 'A role: a name for what a principal may do.' })
export class Role implements roles.Role, Resource {
  @Field(() => ID, { description: 'Id of the role. Of a predefined role: `role_` and its name.' })
  id: string;

  @Field(() => String, { description: 'Name of the role, unique in the account.' })
  name: string;

  @Field(() => String, { description: 'What the role is for.' })
  description: string;

  @Field(() => [String], {
    description: 'What it allows: kinds in the plural, a dot, and what is done, e.g. `clusters.delete`.',
  })
  verbs: readonly Verb[];

  @Field(() => Boolean, { description: 'Whether the role is part of the platform and cannot be changed.' })
  predefined: boolean;
}

@ObjectType({ description: 'Where a permission applies. Without any part: in the whole account.' })
export class PermissionScope {
  @Field(() => Region, { nullable: true, description: 'What is in this region. Null: in all regions.' })
  region: Region | null;

  @Field(() => Cluster, {
    nullable: true,
    description: 'This cluster. Null for more than one cluster, and for a cluster that is deleted.',
  })
  cluster: Cluster | null;

  @Field(() => String, {
    nullable: true,
    description: 'Clusters whose labels match, as kubectl writes selectors: `env=prod,tier in (a,b)`.',
  })
  clusterSelector: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Namespaces, in all clusters of the scope. Null: all of them, and what is in none.',
  })
  namespaces: readonly string[] | null;
}

@Directive('@key(fields: "id")')
@Directive('@key(fields: "resourceId")')
@ObjectType({ implements: Resource, description: 'A principal has a role in a scope.' })
export class Permission implements Resource {
  @Field(() => ID, {
    description:
      'Id of the permission. `permission_default` makes every principal of an account administrator until it is revoked.',
  })
  id: string;

  @Field(() => PermissionEffect, { description: 'Whether it allows or denies.' })
  effect: PermissionEffect;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ends. Null: it does not.' })
  expiresAt: Date | null;

  @Field(() => String, { nullable: true, description: 'Reason that was given for it.' })
  reason: string | null;

  @Field(() => DateTimeScalar, {
    description:
      'Time at which it was granted. Of `permission_default`: 1970, since it is there from the start.',
  })
  grantedAt: Date;
}

export const PermissionConnection = connectionOf('Permission', () => Permission);

export const PermissionOrder = orderOf('Permission', { GRANTED_AT: 'Time of the grant.' });
export type PermissionOrder = InstanceType<typeof PermissionOrder>;
