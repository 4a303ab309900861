import type { Difference } from './difference.js';

export const lists: readonly Difference[] = [
  {
    reason: 'Some parameters of a list are ignored.',
    titles: [
      'omits kind and apiVersion of the items of a list',
      'omits remainingItemCount in a selection',
      'serves pages of the state at the first one',
      'rejects a continue token with a resourceVersion',
      'ignores the limit at resourceVersion 0',
      'serves the list at an exact resourceVersion',
      'rejects resourceVersionMatch without resourceVersion',
      'rejects an unknown resourceVersionMatch',
      'rejects the exact resourceVersion 0',
      'rejects a resourceVersion that is no number',
      'asks to come back for a resourceVersion of the future',
    ],
  },
];
