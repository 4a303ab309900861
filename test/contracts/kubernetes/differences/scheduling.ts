import type { Difference } from './difference.js';

export const scheduling: readonly Difference[] = [
  {
    reason: 'Affinity between pods has no effect.',
    titles: ['keeps two pods apart that anti-affinity separates'],
  },
  {
    reason: 'Pods of every scheduler are put on nodes.',
    titles: ['leaves pods of another scheduler alone'],
  },
  {
    reason: 'Scheduling gates have no effect.',
    titles: ['waits for the scheduling gates of a pod'],
  },
  {
    reason: 'The scheduler does not preempt.',
    titles: ['evicts a pod of lower priority for one of higher'],
  },
];
