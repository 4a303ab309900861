import type { Difference } from './difference.js';

export const objects: readonly Difference[] = [
  {
    reason: 'Some rules of writing an object are missing.',
    titles: [
      'refuses to create an object with a resourceVersion',
      'rejects changes of an immutable ConfigMap',
      'rejects an unknown dryRun',
    ],
  },
];
