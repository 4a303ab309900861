import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import type * as model from '../../model/quota.enums.js';
import type * as rules from '../../model/quota-application.rules.js';
import { Quota } from '../quota/quota.type.js';

export const QuotaApplicationState = graphEnum<model.QuotaApplicationState>(
  'QuotaApplicationState',
  'State of a request for a higher limit.',
  {
    PENDING: 'Not decided yet.',
    APPROVED: 'The limit is raised.',
    REJECTED: 'The limit is unchanged.',
  },
);
export type QuotaApplicationState = model.QuotaApplicationState;

@Directive('@key(fields: "id")')
@Directive('@key(fields: "resourceId")')
@ObjectType({
  description: 'An application for a higher limit of a quota.',
})
export class QuotaApplication implements rules.QuotaApplication {
  @Field(() => ID, { description: 'Id of the application.' })
  id: string;

  /** The ledger's resource and scope; resolved as `quota`. */
  resource: string;
  scope: string;

  @Field(() => String, { description: 'Id of the account that requested the limit.' })
  account: string;

  @Field(() => String, { description: 'The requester: the subject of the token.' })
  requestedBy: string;

  @Field(() => Int, { description: 'The requested limit.' })
  limit: number;

  @Field(() => String, { nullable: true, description: 'Reason that the requester gave.' })
  reason: string | null;

  @Field(() => QuotaApplicationState, { description: 'State of the application.' })
  state: QuotaApplicationState;

  @Field(() => String, {
    nullable: true,
    description: 'Reason for the rejection. Null if the application was not rejected.',
  })
  message: string | null;

  @Field(() => DateTimeScalar, { description: 'Time of the request.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Time of the decision. Null before it.' })
  decidedAt: Date | null;
}

export const QuotaApplicationConnection = connectionOf('QuotaApplication', () => QuotaApplication);

export const QuotaApplicationOrder = orderOf('QuotaApplication', { CREATED_AT: 'Creation time.' });
export type QuotaApplicationOrder = InstanceType<typeof QuotaApplicationOrder>;

@InputType({ description: 'Filter of applications; all conditions are combined with AND.' })
export class QuotaApplicationFilter {
  @Field(() => [QuotaApplicationState], {
    nullable: true,
    description: 'Applications in one of these states.',
  })
  states?: QuotaApplicationState[] | null;

  @Field(() => ID, { nullable: true, description: 'Applications for this quota.' })
  quotaId?: string | null;
}

@InputType({ description: 'A quota application to submit.' })
export class RequestQuotaIncreaseInput {
  @Field(() => ID, { description: 'Id of the quota.' })
  quotaId: string;

  @Field(() => Int, { description: 'The requested limit: above the current one, at most 1,000,000.' })
  limit: number;

  @Field(() => String, {
    nullable: true,
    description:
      'Reason for the request, at most 1,000 characters. Without a reason, a limit of more than 100 times the current one is rejected.',
  })
  reason?: string | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'The decision on a request for a higher limit.' })
export class DecideQuotaApplicationInput {
  @Field(() => ID, { description: 'Id of the application. It must be PENDING.' })
  id: string;

  @Field(() => Boolean, { description: 'Whether the limit is raised.' })
  approved: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Reason for the rejection, at most 1,000 characters, returned to the requester. Ignored when approved.',
  })
  message?: string | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'A long-running change.' })
export class Operation {
  @Field(() => ID, { description: 'Id of the operation.' })
  id: string;
}

@ObjectType({ description: 'Payload of requestQuotaIncrease.' })
export class RequestQuotaIncreasePayload {
  @Field(() => Quota, {
    nullable: true,
    description: 'The quota; its limit increases when the request is approved.',
  })
  quota: Quota | null;

  @Field(() => QuotaApplication, {
    nullable: true,
    description: 'The application. Null if the request was rejected or was a dry run.',
  })
  quotaApplication: QuotaApplication | null;

  @Field(() => Operation, {
    nullable: true,
    description: 'Always null: the change has no operation. See quotaApplication.',
  })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'Client errors; empty on success.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'Payload of decideQuotaApplication.' })
export class DecideQuotaApplicationPayload {
  @Field(() => QuotaApplication, {
    nullable: true,
    description:
      'The application. When approved, it stays PENDING until the limit is raised. Null if the request was rejected.',
  })
  quotaApplication: QuotaApplication | null;

  @Field(() => Operation, { nullable: true, description: 'Always null: the change has no operation.' })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'Errors of the decision; empty on success.' })
  userErrors: UserError[];
}
