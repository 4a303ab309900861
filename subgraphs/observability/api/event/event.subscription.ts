import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { LoggedEvent } from '../../../../engine/contract.js';
import type { Platform } from '../../../../engine/platform.js';
import { EventInterface } from '../../../runtime/graph/event.type.js';
import { subscriptionOptions, type StreamResolver } from '../../../runtime/schema/define-subgraph.js';
import { EventCursorScalar } from '../../../runtime/graph/scalars.js';
import { toEvent, toScalingEvent } from './to-event.js';
import type { EventService } from './event.service.js';
import { EventFilter, ScalingEvent } from './event.type.js';

const AFTER =
  'Cursor of the last received event: first the events since then, then new ones. Default: only new ones.';

/** Subscriptions to events; `eventStreams` opens their sources. */
@Resolver()
export class EventSubscriptions {
  @Subscription(() => EventInterface, {
    ...subscriptionOptions,
    description: 'All events of the account, in order, without gaps or duplicates.',
  })
  events(
    @Root() event: EventInterface,
    @Arg('filter', () => EventFilter, { nullable: true, description: 'Filter. Default: all events.' })
    _filter: EventFilter | null,
    @Arg('after', () => EventCursorScalar, { nullable: true, description: AFTER }) _after: string | null,
  ): EventInterface {
    return event;
  }

  @Subscription(() => ScalingEvent, {
    ...subscriptionOptions,
    description: 'Changes of the sizes of node pools and workloads.',
  })
  scalingEvents(
    @Root() event: ScalingEvent,
    @Arg('clusterId', () => ID, {
      nullable: true,
      description: 'Only events of this cluster. Default: all clusters.',
    })
    _clusterId: string | null,
    @Arg('after', () => EventCursorScalar, { nullable: true, description: AFTER }) _after: string | null,
  ): ScalingEvent {
    return event;
  }
}

interface StreamArguments {
  readonly filter?: EventFilter | null;
  readonly clusterId?: string | null;
  readonly after?: string | null;
}

/** Opens the sources of the subscriptions to events, by field. */
export function eventStreams(
  service: EventService,
  cursors: Platform['cursors'],
): Record<string, StreamResolver> {
  return {
    events: ({ filter, after }: StreamArguments, context) => {
      const streamCursors = cursors.of({ account: context.actor.account, field: 'events', args: { filter } });
      const map = (event: LoggedEvent) => toEvent(event, streamCursors);
      return service.stream(filter ?? {}, after ?? null, { context, cursors: streamCursors, map });
    },
    scalingEvents: async ({ clusterId, after }: StreamArguments, context) => {
      if (clusterId != null) await service.requireCluster(clusterId, context);
      const streamCursors = cursors.of({
        account: context.actor.account,
        field: 'scalingEvents',
        args: { clusterId },
      });
      const filter = { clusterId: clusterId ?? null, categories: ['SCALING' as const] };
      const map = (event: LoggedEvent) => toScalingEvent(event, streamCursors);
      return service.stream(filter, after ?? null, { context, cursors: streamCursors, map });
    },
  };
}
