import { Field, ID, InterfaceType, registerEnumType } from 'type-graphql';
import { type EventKind as Kind, eventKinds } from '../../../engine/events/event-kinds.js';
import { graphEnum } from './graph-enum.js';
import { EventCursorScalar } from './scalars.js';

/** Severity of an event. */
export enum EventLevel {
  INFO = 'INFO',
  WARNING = 'WARNING',
  ERROR = 'ERROR',
}

registerEnumType(EventLevel, {
  name: 'EventLevel',
  description: 'Severity of an event.',
  valuesConfig: {
    INFO: { description: 'A success.' },
    WARNING: { description: 'A partial success, or a failure that will be retried.' },
    ERROR: { description: 'An operation failed.' },
  },
});

export const EventKind = graphEnum('EventKind', 'Type of an event.', eventKinds);

/** Fields of every event; each subgraph's event types implement it. */
@InterfaceType('Event', {
  description: "An entry of the account's event log, in the order of commits.",
  resolveType: (value: object) => value.constructor.name,
  // Subgraphs in one process share type-graphql's registry, so each lists its own event types.
  autoRegisterImplementations: false,
})
export class EventInterface {
  @Field(() => ID, { description: 'Id of the event: the same in every query and subscription.' })
  id: string;

  @Field(() => EventCursorScalar, {
    description: 'Position of the event: `after` of a subscription resumes after it.',
  })
  cursor: string;

  @Field(() => Date, { description: 'Time of the event.' })
  at: Date;

  @Field(() => String, { description: 'Type of the event, e.g. `NODE_READY`.' })
  type: string;

  @Field(() => EventKind, { description: '`type` as an enum.' })
  kind: Kind;

  @Field(() => EventLevel, { description: 'Severity of the event.' })
  level: EventLevel;

  @Field(() => String, { description: '`type` in CamelCase, as Kubernetes prints reasons.' })
  reason: string;

  @Field(() => String, { description: 'The event in a sentence for display.' })
  message: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Subject of the token that caused the event. Null for actions of the platform itself, including those of an operation.',
  })
  actor: string | null;
}
