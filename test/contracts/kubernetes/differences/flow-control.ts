import type { Difference } from './difference.js';

export const flowControl: readonly Difference[] = [
  {
    reason: 'Flows have no conditions.',
    titles: ['says that a flow has no priority'],
  },
];
