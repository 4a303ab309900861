import type { Difference } from './difference.js';

export const deletion: readonly Difference[] = [
  {
    reason: 'Some rules of deletion are missing, or errors have other texts.',
    titles: [
      'refuses to delete an object of another uid than the precondition',
      'refuses to delete an object of another resourceVersion than the precondition',
      'keeps owned objects of an Orphan deletion without the reference',
      'rejects propagationPolicy together with orphanDependents',
      'rejects an unknown propagationPolicy',
      'keeps an object while one of its owners exists',
    ],
  },
];
