import type { Difference } from './difference.js';

export const patches: readonly Difference[] = [
  {
    reason: 'Some patches have another result.',
    titles: [
      'puts added values of a set first in a strategic merge patch',
      'merges Service ports by number in a strategic merge patch',
      'refuses a strategic merge patch whose element has no merge key',
    ],
  },
];
