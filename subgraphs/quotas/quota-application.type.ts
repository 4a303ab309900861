import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../../kernel/graph/connection.type.js';
import { CLIENT_TOKEN } from '../../kernel/graph/client-token.js';
import { DateTimeScalar } from '../../kernel/graph/scalars.js';
import { UserError } from '../../kernel/graph/user-error.type.js';
import { Quota } from './quota.type.js';

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

@ObjectType({
  description:
    'A request for a higher limit. A simulated quota desk decides within moments: it approves up to 100 times the ' +
    'present limit, more when a reason is given; other requests are rejected.',
})
export class QuotaApplication {
  @Field(() => ID, { description: 'Id of the application.' })
  id: string;

  /** The ledger's resource and scope; shown as `quota`. */
  resource: string;
  scope: string;

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

@InputType({ description: 'Which applications to list; what is given must all hold.' })
export class QuotaApplicationFilter {
  @Field(() => QuotaApplicationState, { nullable: true, description: 'Applications in this state.' })
  state?: QuotaApplicationState | null;

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

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'A long-running change.' })
export class Operation {
  @Field(() => ID, { description: 'Id of the operation.' })
  id: string;
}

@ObjectType({ description: 'Answer of requestQuotaIncrease.' })
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
