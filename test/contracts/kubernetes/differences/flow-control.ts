import type { Difference } from './difference.js';

export const flowControl: readonly Difference[] = [
  {
    reason: 'Flows and priorities are stored and have no effect.',
    titles: [
      'names the flow and the priority of a request',
      'gives requests of a user the flow that selects the user',
      'gives requests of other users the global default',
      'rejects requests of a full priority with 429',
      'rejects requests that find the queues of their priority full',
      'refuses to change a mandatory priority',
      'refuses to change a mandatory flow',
      'says that a flow has no priority',
    ],
  },
];
