import type { Difference } from './difference.js';

export const namespaces: readonly Difference[] = [
  {
    reason: 'A terminating namespace has no conditions.',
    titles: ['says what a terminating namespace waits for'],
  },
];
