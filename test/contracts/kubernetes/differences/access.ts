import type { Difference } from './difference.js';

export const access: readonly Difference[] = [
  {
    reason: 'Service accounts have no tokens, and tokens are not reviewed.',
    titles: [
      'issues a token of a service account that acts as it',
      'rejects a token for less than ten minutes',
      'reviews a token',
      'rejects the token of a deleted service account',
    ],
  },
];
