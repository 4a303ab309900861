import type { Difference } from './difference.js';

export const objects: readonly Difference[] = [
  {
    reason: 'Some rules of writing an object are missing.',
    titles: [
      'refuses to create an object with a resourceVersion',
      'refuses changes of an immutable ConfigMap',
      'refuses an unknown dryRun',
    ],
  },
];
