import type { Difference } from './difference.js';

export const lists: readonly Difference[] = [
  {
    reason: 'Some parameters of a list are ignored.',
    titles: [
      'omits kind and apiVersion of the items of a list',
      'omits remainingItemCount in a selection',
      'serves pages of the state at the first one',
      'refuses a continue token with a resourceVersion',
      'ignores the limit at resourceVersion 0',
      'serves the list at an exact resourceVersion',
      'refuses resourceVersionMatch without resourceVersion',
      'refuses an unknown resourceVersionMatch',
      'refuses the exact resourceVersion 0',
      'refuses a resourceVersion that is no number',
      'asks to come back for a resourceVersion of the future',
    ],
  },
];
