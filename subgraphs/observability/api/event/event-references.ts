import { eventTypeOf } from '../../../../engine/events/event-type.js';
import type { Platform } from '../../../../engine/platform.js';
import type { ReferenceResolver } from '../../../runtime/schema/define-subgraph.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { toEvent } from './to-event.js';
import type { EventService } from './event.service.js';
import { eventTypes } from './event.type.js';

/**
 * Resolves references to events from `Query.node`, by type: only events of the account, all events of a request in
 * one statement.
 */
export function eventReferences(
  events: EventService,
  cursors: Platform['cursors'],
): Readonly<Record<string, ReferenceResolver>> {
  const find =
    (type: string): ReferenceResolver =>
    async ({ id }: { readonly id: string }, context: RequestContext) => {
      const event = await events.byId(id, context);
      return event && eventTypeOf(event) === type
        ? toEvent(event, cursors.ofLists(context.actor.account))
        : null;
    };
  // ProvisioningEvent has no key: the subgraph `clusters` resolves all of its fields.
  const names = eventTypes.map(({ name }) => name).filter((name) => name !== 'ProvisioningEvent');
  return Object.fromEntries(names.map((name) => [name, find(name)]));
}
