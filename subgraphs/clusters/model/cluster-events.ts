import type { EventCategory, EventLevel, NewEvent } from '../../../engine/contract.js';
import type { EventType } from '../../../engine/events/event-kinds.js';

/** The objects that an event refers to. */
export interface Subject {
  readonly cluster: { readonly id: string };
  readonly pool?: { readonly id: string };
  readonly operationId?: string | null | undefined;
}

interface More {
  readonly category?: EventCategory;
  readonly level?: EventLevel;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Builds an event of a reconciler; its reason is the type in CamelCase. */
export function eventOf(
  { cluster, pool, operationId }: Subject,
  type: EventType,
  message: string,
  more: More = {},
): NewEvent {
  return {
    category: 'PROVISIONING',
    ...more,
    type,
    reason: type
      .split('_')
      .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
      .join(''),
    message,
    clusterId: cluster.id,
    ...(pool && { nodePoolId: pool.id }),
    ...(operationId != null && { operationId }),
  };
}
