import type { Difference } from './difference.js';

export const customResources: readonly Difference[] = [
  {
    reason: 'An expired watch is refused instead of answered by an event.',
    titles: ['sends an Expired error for a resourceVersion before the definition'],
  },
];
