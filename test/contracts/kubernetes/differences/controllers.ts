import type { Difference } from './difference.js';

export const controllers: readonly Difference[] = [
  {
    reason: 'ReplicaSets have fewer annotations.',
    titles: ['makes a ReplicaSet with a hash of the template for a deployment'],
  },
  {
    reason: 'A paused deployment has no condition that says so.',
    titles: ['does not roll out a paused deployment'],
  },
  {
    reason: 'ReplicaSets do not adopt and release pods by their labels.',
    titles: ['adopts a pod that a ReplicaSet selects', 'releases a pod whose labels no longer match'],
  },
];
