import type { Difference } from './difference.js';

export const namespaces: readonly Difference[] = [
  {
    reason: 'A terminating namespace has no conditions.',
    titles: ['says what a terminating namespace waits for'],
  },
  {
    reason: 'The collection of namespaces is rejected with another code.',
    titles: ['has no collection deletion of namespaces'],
  },
  {
    reason: 'A namespace does not get the finalizer kubernetes when it has others.',
    titles: ['finalizes a namespace by its subresource'],
  },
];
