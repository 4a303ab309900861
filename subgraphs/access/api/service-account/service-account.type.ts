import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { Requires } from '../../../runtime/graph/requires.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import type * as store from '../../store/service-account.store.js';
import { ChangePayload } from '../entities/change-payload.type.js';

@ObjectType({ description: 'A program of the account, with keys of its own.' })
export class ServiceAccount {
  @Field(() => ID, { description: 'Id of the service account.' })
  id: string;

  @Field(() => String, {
    description:
      'Name, unique in the account. Clusters, events and the audit log know it as `serviceaccount:` and the name.',
  })
  name: string;

  @Field(() => String, { description: 'What it is for.' })
  description: string;

  @Field(() => DateTimeScalar, { description: 'Time of creation.' })
  createdAt: Date;
}

export const ServiceAccountConnection = connectionOf('ServiceAccount', () => ServiceAccount);

export const ServiceAccountOrder = orderOf('ServiceAccount', {
  NAME: 'Name.',
  CREATED_AT: 'Time of creation.',
});
export type ServiceAccountOrder = InstanceType<typeof ServiceAccountOrder>;

@ObjectType({ description: 'A key of a service account. Its secret is not stored.' })
export class ServiceAccountKey {
  @Field(() => ID, { description: 'Id of the key.' })
  id: string;

  @Field(() => [String], { description: 'Scopes of the requests that it authenticates.' })
  scopes: readonly string[];

  @Field(() => DateTimeScalar, { description: 'Time of creation.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it ends.' })
  expiresAt: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was used last, exact to a minute. Null: never.',
  })
  lastUsedAt: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked. Null: it was not.' })
  revokedAt: Date | null;
}

@InputType({
  description: 'A service account to create. It has no permissions but those of `fleetgraph:account`.',
})
export class CreateServiceAccountInput {
  @Field(() => String, {
    description: 'Name, unique in the account: 1 to 63 lower-case letters, digits and hyphens.',
  })
  name: string;

  @Field(() => String, { nullable: true, description: 'What it is for, at most 1,000 characters.' })
  description?: string | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A service account to delete, with its keys and permissions.' })
export class DeleteServiceAccountInput {
  @Field(() => ID, { description: 'Id of the service account.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A key to create.' })
export class CreateServiceAccountKeyInput {
  @Field(() => ID, { description: 'Id of the service account.' })
  serviceAccountId: string;

  @Field(() => DateTimeScalar, { description: 'When it ends, at most 365 days from now.' })
  expiresAt: Date;

  @Field(() => [String], {
    nullable: true,
    description:
      'Scopes of the requests that it authenticates; the caller needs each of them. Default: those of the caller, without `fleet:admin`.',
  })
  scopes?: string[] | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A key to revoke.' })
export class RevokeServiceAccountKeyInput {
  @Field(() => ID, { description: 'Id of the key.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType()
abstract class ServiceAccountPayload extends ChangePayload {
  @Field(() => ServiceAccount, {
    nullable: true,
    description:
      'The service account. Null if the request was rejected, and if there is no such service account afterwards.',
  })
  serviceAccount: ServiceAccount | null;
}

@ObjectType({ description: 'Payload of createServiceAccount.' })
export class CreateServiceAccountPayload extends ServiceAccountPayload {}

@ObjectType({ description: 'Payload of deleteServiceAccount.' })
export class DeleteServiceAccountPayload extends ServiceAccountPayload {}

@ObjectType()
abstract class ServiceAccountKeyPayload extends ChangePayload {
  @Field(() => ServiceAccountKey, {
    nullable: true,
    description: 'The key. Null if the request was rejected, and for a dry run of its creation.',
  })
  key: ServiceAccountKey | null;
}

@ObjectType({ description: 'Payload of createServiceAccountKey.' })
export class CreateServiceAccountKeyPayload extends ServiceAccountKeyPayload {
  @Requires('write')
  @Field(() => String, {
    nullable: true,
    description:
      'The key for `Authorization: Bearer`. It is shown once: null when the request is repeated, and if it was rejected.',
  })
  bearerToken: string | null;
}

@ObjectType({ description: 'Payload of revokeServiceAccountKey.' })
export class RevokeServiceAccountKeyPayload extends ServiceAccountKeyPayload {}

@Directive('@inaccessible')
@InputType({ description: 'A key that a client has presented, without its secret.' })
export class ServiceAccountKeyDigest {
  @Field(() => ID, { description: 'Id of the key.' })
  id: string;

  @Field(() => String, { description: 'SHA-256 of its secret, hexadecimal.' })
  digest: string;
}

@Directive('@inaccessible')
@ObjectType({ description: 'The service account of a key.' })
export class ServiceAccountKeyHolder implements store.KeyHolder {
  @Field(() => String, { description: 'The account.' })
  account: string;

  @Field(() => ID, { description: 'Id of the service account.' })
  serviceAccountId: string;

  @Field(() => String, { description: 'Name of the service account.' })
  name: string;

  @Field(() => [String], { description: 'Scopes of the key.' })
  scopes: readonly string[];

  @Field(() => DateTimeScalar, { description: 'Time at which the key was created.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When the key ends; it may have ended.' })
  expiresAt: Date;
}
