import type { Difference } from './difference.js';

export const validationRules: readonly Difference[] = [
  {
    reason: 'CEL: there are no named formats.',
    titles: ['knows the formats of names'],
  },
  {
    reason: 'Rules of custom resources: lists of the types set and map are compared in their order.',
    titles: ['compares lists of type set without their order'],
  },
  {
    reason: 'Rules of custom resources: the cost is limited when they run, and not estimated before.',
    titles: ['refuses a rule that costs too much by estimate'],
  },
];
