import type { Attempt } from './attempt.js';

/** The streams start after the requesting account's oldest event, so existing events arrive at once. */
export const subscriptionAttempts: readonly Attempt[] = [
  {
    field: 'events',
    with: (mine, { cluster }) => ({ filter: { clusterId: cluster }, after: mine.eventCursor }),
  },
  {
    field: 'events',
    with: (mine, { operation }) => ({ filter: { operationId: operation }, after: mine.eventCursor }),
  },
  { field: 'events', with: (_, { eventCursor }) => ({ after: eventCursor }), code: 'INVALID_CURSOR' },
  { field: 'operationProgress', with: (_, { operation }) => ({ id: operation }) },
  {
    field: 'provisioningEvents',
    with: (mine, { cluster }) => ({ clusterId: cluster, after: mine.eventCursor }),
  },
  {
    field: 'provisioningEvents',
    with: (_, { eventCursor }) => ({ after: eventCursor }),
    code: 'INVALID_CURSOR',
  },
  {
    field: 'scalingEvents',
    with: (mine, { cluster }) => ({ clusterId: cluster, after: mine.eventCursor }),
  },
  {
    field: 'scalingEvents',
    with: (_, { eventCursor }) => ({ after: eventCursor }),
    code: 'INVALID_CURSOR',
  },
  {
    field: 'watchClusters',
    with: (_, { cluster }) => ({ filter: { ids: [cluster] } }),
    selection: 'cluster { id }',
  },
  {
    field: 'watchClusters',
    with: (_, { watchCursor }) => ({ after: watchCursor }),
    code: 'INVALID_CURSOR',
  },
];
