import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import { Quota } from '../quota/quota.type.js';

/** How far a request for a higher limit is. */
export enum QuotaApplicationState {
  PENDING = 'PENDING',
  APPROVED = 'APPROVED',
  REJECTED = 'REJECTED',
}

registerEnumType(QuotaApplicationState, {
  name: 'QuotaApplicationState',
  description: 'How far a request for a higher limit is.',
  valuesConfig: {
    PENDING: { description: 'Not decided yet.' },
    APPROVED: { description: 'The limit holds.' },
    REJECTED: { description: 'The limit stays as it was.' },
  },
});

@Directive('@key(fields: "id")')
@Directive('@key(fields: "resourceId")')
@ObjectType({
  description:
    'A request for a higher limit. An operator of the platform decides it, never the one who asked. More than 100 times ' +
    'the present limit without a reason is rejected at once.',
})
export class QuotaApplication {
  @Field(() => ID, { description: 'Id of the application.' })
  id: string;

  /** The ledger's resource and scope; shown as `quota`. */
  resource: string;
  scope: string;

  @Field(() => String, { description: 'The account that asks.' })
  account: string;

  @Field(() => String, { description: 'Who of the account asks: the subject of the token.' })
  requestedBy: string;

  @Field(() => Int, { description: 'The limit that was asked for.' })
  limit: number;

  @Field(() => String, { nullable: true, description: 'Why it is needed, in the words of who asked.' })
  reason: string | null;

  @Field(() => QuotaApplicationState, { description: 'How far it is.' })
  state: QuotaApplicationState;

  @Field(() => String, { nullable: true, description: 'Why it was rejected; null when it was not.' })
  message: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was asked for.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was decided.' })
  decidedAt: Date | null;
}

export const QuotaApplicationConnection = connectionOf('QuotaApplication', () => QuotaApplication);

export const QuotaApplicationOrder = orderOf('QuotaApplication', { CREATED_AT: 'When it was asked for.' });
export type QuotaApplicationOrder = InstanceType<typeof QuotaApplicationOrder>;

@InputType({ description: 'Which applications to list; what is given must all hold.' })
export class QuotaApplicationFilter {
  @Field(() => [QuotaApplicationState], { nullable: true, description: 'In one of these states.' })
  states?: QuotaApplicationState[] | null;

  @Field(() => ID, { nullable: true, description: 'Applications for this quota.' })
  quotaId?: string | null;
}

@InputType({ description: 'A request for a higher limit.' })
export class RequestQuotaIncreaseInput {
  @Field(() => ID, { description: 'The quota: Quota.id.' })
  quotaId: string;

  @Field(() => Int, { description: 'The limit wanted: above the present one, at most 1,000,000.' })
  limit: number;

  @Field(() => String, {
    nullable: true,
    description:
      'Why it is needed; at most 1,000 characters. Without one, more than 100 times the present limit is rejected.',
  })
  reason?: string | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'The decision on a request for a higher limit.' })
export class DecideQuotaApplicationInput {
  @Field(() => ID, { description: 'The application: QuotaApplication.id. It must be PENDING.' })
  id: string;

  @Field(() => Boolean, { description: 'Whether the limit is raised.' })
  approved: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is rejected, for those who asked; at most 1,000 characters. Ignored when approved.',
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
    description: 'The quota as it is now; its limit rises when the request is approved.',
  })
  quota: Quota | null;

  @Field(() => QuotaApplication, {
    nullable: true,
    description: 'The application; null if the request was refused or was a dry run.',
  })
  quotaApplication: QuotaApplication | null;

  @Field(() => Operation, {
    nullable: true,
    description: 'Always null: nothing is built for it. See quotaApplication.',
  })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'Why the request was refused; empty on success.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'Answer of decideQuotaApplication.' })
export class DecideQuotaApplicationPayload {
  @Field(() => QuotaApplication, {
    nullable: true,
    description: 'The application. When approved it is PENDING until the limit holds. Null when refused.',
  })
  quotaApplication: QuotaApplication | null;

  @Field(() => Operation, { nullable: true, description: 'Always null: nothing is built for it.' })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'Why the decision was refused; empty on success.' })
  userErrors: UserError[];
}
