import { Field, ID, InterfaceType, registerEnumType } from 'type-graphql';
import { type EventKind as Kind, eventKinds } from '../../../engine/events/event-kinds.js';
import { graphEnum } from './graph-enum.js';
import { EventCursorScalar } from './scalars.js';

/** How much an event matters. */
export enum EventLevel {
  INFO = 'INFO',
  WARNING = 'WARNING',
  ERROR = 'ERROR',
}

registerEnumType(EventLevel, {
  name: 'EventLevel',
  description: 'How much an event matters.',
  valuesConfig: {
    INFO: { description: 'Something went as asked for.' },
    WARNING: { description: 'Something went partly, or will be tried again.' },
    ERROR: { description: 'An operation failed.' },
  },
});

export const EventKind = graphEnum('EventKind', 'What happened.', eventKinds);

/** What every event has; each subgraph's event types implement it. */
@InterfaceType('Event', {
  description:
    "Something that happened, from the account's event log: in the order in which it was committed.",
  resolveType: (value: object) => value.constructor.name,
  // Subgraphs in one process share type-graphql's registry: each names its own event types.
  autoRegisterImplementations: false,
})
export class EventInterface {
  @Field(() => ID, { description: 'Id of the event, the same wherever it is shown.' })
  id: string;

  @Field(() => EventCursorScalar, {
    description: 'Position of the event: `after` of a subscription resumes after it.',
  })
  cursor: string;

  @Field(() => Date, { description: 'When it happened.' })
  at: Date;

  @Field(() => String, { description: 'What happened, e.g. `NODE_READY`.' })
  type: string;

  @Field(() => EventKind, { description: '`type` as an enum.' })
  kind: Kind;

  @Field(() => EventLevel, { description: 'How much it matters.' })
  level: EventLevel;

  @Field(() => String, { description: '`type` in CamelCase, as Kubernetes prints reasons.' })
  reason: string;

  @Field(() => String, { description: 'What happened, in a sentence for display.' })
  message: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Who did it: the subject of the token that asked for it. Null where the platform acted by itself, and where it carries out an operation.',
  })
  actor: string | null;
}
