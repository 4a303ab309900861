import type { Difference } from './difference.js';

export const kinds: readonly Difference[] = [
  {
    reason: 'ReplicationController is not served.',
    titles: [
      'ReplicationController: creates the smallest object with its defaults',
      'ReplicationController: rejects negative replicas',
      'ReplicationController: rejects no template',
    ],
  },
];
