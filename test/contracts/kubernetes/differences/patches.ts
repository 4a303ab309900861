import type { Difference } from './difference.js';

export const patches: readonly Difference[] = [
  {
    reason: 'Some patches have another result.',
    titles: ['rejects a strategic merge patch whose element has no merge key'],
  },
];
