import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import type * as model from '../../model/access-request.js';
import { ChangePayload } from '../entities/change-payload.type.js';
import { PermissionScopeInput } from '../permission/permission.input.js';

export const AccessRequestState = graphEnum<model.AccessRequestState>(
  'AccessRequestState',
  'State of a request for a permission.',
  {
    PENDING: 'It is not decided.',
    APPROVED: 'It became a permission.',
    REFUSED: 'It was refused.',
    WITHDRAWN: 'The requester has withdrawn it.',
    EXPIRED: 'It was not decided for seven days.',
  },
);
export type AccessRequestState = model.AccessRequestState;

@ObjectType({ description: 'A request for a permission that ends by itself.' })
export class AccessRequest {
  @Field(() => ID, { description: 'Id of the request.' })
  id: string;

  @Field(() => String, { description: 'Why the requester needs it.' })
  reason: string;

  @Field(() => Int, { description: 'Minutes from the approval after which the permission ends.' })
  minutes: number;

  @Field(() => Boolean, {
    description: 'Whether the requester approved it itself, by breakGlass.',
  })
  breakGlass: boolean;

  @Field(() => AccessRequestState, { description: 'State.' })
  state: AccessRequestState;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was decided. Null: it was not.' })
  decidedAt: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it was refused. Null: no reason was given.' })
  message: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;
}

export const AccessRequestConnection = connectionOf('AccessRequest', () => AccessRequest);

export const AccessRequestOrder = orderOf('AccessRequest', { CREATED_AT: 'Time of the request.' });
export type AccessRequestOrder = InstanceType<typeof AccessRequestOrder>;

@InputType({ description: 'Filter of requests for permissions.' })
export class AccessRequestFilter {
  @Field(() => AccessRequestState, { nullable: true, description: 'Requests in this state.' })
  state?: AccessRequestState | null;
}

@InputType({ description: 'A request for a permission.' })
export class RequestAccessInput {
  @Field(() => ID, { description: 'Id of the role.' })
  roleId: string;

  @Field(() => PermissionScopeInput, { nullable: true, description: 'Where. Default: in the account.' })
  scope?: PermissionScopeInput | null;

  @Field(() => String, { description: 'Why it is needed, 1 to 1,000 characters.' })
  reason: string;

  @Field(() => Int, { description: 'Minutes from the approval: 1 to 10,080.' })
  minutes: number;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'An emergency.' })
export class BreakGlassInput {
  @Field(() => String, { description: 'What happened, 1 to 1,000 characters.' })
  reason: string;

  @Field(() => Int, { description: 'Minutes for which the caller is administrator: 1 to 60.' })
  minutes: number;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType()
abstract class DecisionInput {
  @Field(() => ID, { description: 'Id of the request.' })
  accessRequestId: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A request to approve.' })
export class ApproveAccessRequestInput extends DecisionInput {}

@InputType({ description: 'A request to refuse.' })
export class RefuseAccessRequestInput extends DecisionInput {
  @Field(() => String, { nullable: true, description: 'Why, at most 1,000 characters.' })
  message?: string | null;
}

@InputType({ description: 'A request of the caller to withdraw.' })
export class WithdrawAccessRequestInput extends DecisionInput {}

@ObjectType()
abstract class AccessRequestPayload extends ChangePayload {
  @Field(() => AccessRequest, {
    nullable: true,
    description: 'The request. Null if the mutation was rejected, and for a dry run of requestAccess.',
  })
  accessRequest: AccessRequest | null;
}

@ObjectType({ description: 'Payload of requestAccess.' })
export class RequestAccessPayload extends AccessRequestPayload {}

@ObjectType({ description: 'Payload of breakGlass.' })
export class BreakGlassPayload extends AccessRequestPayload {}

@ObjectType({ description: 'Payload of approveAccessRequest.' })
export class ApproveAccessRequestPayload extends AccessRequestPayload {}

@ObjectType({ description: 'Payload of refuseAccessRequest.' })
export class RefuseAccessRequestPayload extends AccessRequestPayload {}

@ObjectType({ description: 'Payload of withdrawAccessRequest.' })
export class WithdrawAccessRequestPayload extends AccessRequestPayload {}
