import type { Difference } from './difference.js';

export const admission: readonly Difference[] = [
  {
    reason: 'Admission webhooks are not served.',
    titles: [
      'rejects a request whose webhook cannot be called, unless its failures are ignored',
      'rejects a webhook with both a URL and a Service',
    ],
  },
];
