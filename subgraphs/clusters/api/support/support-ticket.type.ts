import type * as model from '../../model/support-ticket.enums.js';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { ChangePayload } from '../entities/change-payload.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';

export const SupportTicketKind = graphEnum<model.SupportTicketKind>(
  'SupportTicketKind',
  'The question of the ticket.',
  {
    QUESTION: 'A question about a feature.',
    GUIDANCE: 'A question about best practices.',
    TROUBLESHOOTING: 'A question about a problem and its fix.',
  },
);
export type SupportTicketKind = model.SupportTicketKind;

const SupportTicketState = graphEnum<model.SupportTicketState>(
  'SupportTicketState',
  'Whether the ticket is open.',
  {
    OPEN: 'The ticket is open.',
    CLOSED: 'The ticket is closed.',
  },
);

@ObjectType({ implements: Resource, description: 'A request for help with a cluster.' })
export class SupportTicket {
  @Field(() => ID, { description: 'Id of the ticket, `ticket_…`.' })
  id: string;

  @Field(() => SupportTicketKind, { description: 'Type of the question.' })
  kind: SupportTicketKind;

  @Field(() => String, { description: 'Title of the question.' })
  title: string;

  @Field(() => String, { description: 'Text of the question.' })
  text: string;

  @Field(() => SupportTicketState, { description: 'Whether the ticket is open.' })
  state: model.SupportTicketState;

  @Field(() => String, { description: 'Kubernetes version of the cluster when it was opened.' })
  version: string;

  @Field(() => String, { description: 'Subject of the token that opened it.' })
  openedBy: string;

  @Field(() => DateTimeScalar, { description: 'Opening time of the ticket.' })
  openedAt: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Closing time. Null while the ticket is open.',
  })
  closedAt: Date | null;
}

export const SupportTicketConnection = connectionOf('SupportTicket', () => SupportTicket);

export const SupportTicketOrder = orderOf('SupportTicket', { OPENED_AT: 'When it was opened.' });
export type SupportTicketOrder = InstanceType<typeof SupportTicketOrder>;

@InputType({ description: 'A request for help.' })
export class OpenSupportTicketInput {
  @Field(() => ID, { description: 'Id of the cluster that the ticket is about.' })
  clusterId: string;

  @Field(() => SupportTicketKind, { description: 'Type of the question.' })
  kind: SupportTicketKind;

  @Field(() => String, { description: 'Title of the question: 1 to 200 characters.' })
  title: string;

  @Field(() => String, { description: 'Text of the question: 1 to 10,000 characters.' })
  text: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A support ticket to close.' })
export class CloseSupportTicketInput {
  @Field(() => ID, { description: 'Id of the ticket.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType()
abstract class SupportTicketPayload extends ChangePayload {
  @Field(() => SupportTicket, {
    nullable: true,
    description: 'The ticket. Null if the request was rejected.',
  })
  supportTicket: SupportTicket | null;
}

@ObjectType({ description: 'Payload of openSupportTicket.' })
export class OpenSupportTicketPayload extends SupportTicketPayload {}

@ObjectType({ description: 'Payload of closeSupportTicket.' })
export class CloseSupportTicketPayload extends SupportTicketPayload {}
