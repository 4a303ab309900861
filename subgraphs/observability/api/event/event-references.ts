import { eventTypeOf } from '../../../../engine/events/event-type.js';
import type { Platform } from '../../../../engine/platform.js';
import type { ReferenceResolver } from '../../../runtime/schema/define-subgraph.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { toEvent } from './to-event.js';
import type { EventService } from './event.service.js';
import { eventTypes } from './event.type.js';

/** Finds events that `Query.node` names, by type: only the account's own, all of a request in one statement. */
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
  // ProvisioningEvent has no key: the subgraph `clusters` has all of it.
  const names = eventTypes.map(({ name }) => name).filter((name) => name !== 'ProvisioningEvent');
  return Object.fromEntries(names.map((name) => [name, find(name)]));
}
