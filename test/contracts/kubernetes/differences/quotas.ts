import type { Difference } from './difference.js';

export const quotas: readonly Difference[] = [
  {
    reason: 'LimitRange is not served.',
    titles: ['fills in the defaults of a LimitRange'],
  },
];
