import type { Difference } from './difference.js';

export const admission: readonly Difference[] = [
  {
    reason: 'Admission webhooks are stored and not called.',
    titles: ['rejects a request whose webhook cannot be called, unless its failures are ignored'],
  },
];
