import type { Difference } from './difference.js';

export const quotas: readonly Difference[] = [
  {
    reason: 'The annotation of a LimitRange is missing.',
    titles: ['fills in the defaults of a LimitRange'],
  },
];
