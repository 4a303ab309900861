import type { Difference } from './difference.js';

export const watches: readonly Difference[] = [
  {
    reason: 'Some parameters of a watch are ignored.',
    titles: [
      'needs resourceVersionMatch for initial events',
      'rejects resourceVersionMatch of a watch without initial events',
      'watches by the older path /watch/',
    ],
  },
];
