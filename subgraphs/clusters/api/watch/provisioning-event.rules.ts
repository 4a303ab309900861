import type { LoggedEvent } from '../../../../engine/contract.js';
import type { StreamCursors } from '../../../../engine/events/event-cursor.js';
import { eventKindOf } from '../../../../engine/events/event-kinds.js';
import { EventLevel } from '../../../runtime/graph/event.type.js';
import { ProvisioningEvent } from './provisioning-event.type.js';

/** Converts an event of the log to its GraphQL type. */
export function toProvisioningEvent(event: LoggedEvent, cursors: StreamCursors): ProvisioningEvent {
  const { id, sequence, at, type, level, reason, message, clusterId, nodePoolId, operationId, data } = event;
  return Object.assign(new ProvisioningEvent(), {
    ...{ id, at, type, reason, message, clusterId, nodePoolId, operationId },
    kind: eventKindOf(type),
    level: EventLevel[level],
    cursor: cursors.encode({ sequence }),
    actor: typeof data['actor'] === 'string' ? data['actor'] : null,
  });
}
