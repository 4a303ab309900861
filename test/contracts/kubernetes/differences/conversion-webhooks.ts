import type { Difference } from './difference.js';

export const conversionWebhooks: readonly Difference[] = [
  {
    reason:
      'Fields are compared in the version of the request only, so that managers of other versions keep what it changes.',
    titles: ['finds conflicts between managers of several versions'],
  },
];
