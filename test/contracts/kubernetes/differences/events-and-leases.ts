import type { Difference } from './difference.js';

export const eventsAndLeases: readonly Difference[] = [
  {
    reason: 'Events are not validated.',
    titles: [
      'rejects an event about an object of another namespace',
      'rejects an event of events.k8s.io without an action',
    ],
  },
];
