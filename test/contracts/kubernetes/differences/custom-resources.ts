import type { Difference } from './difference.js';

export const customResources: readonly Difference[] = [
  {
    reason: 'The rules of x-kubernetes-validations are not checked.',
    titles: [
      'rejects an object against the schema, and names each field',
      'checks the rules of x-kubernetes-validations',
    ],
  },
  {
    reason: 'An expired watch is refused instead of answered by an event.',
    titles: ['sends an Expired error for a resourceVersion before the definition'],
  },
];
