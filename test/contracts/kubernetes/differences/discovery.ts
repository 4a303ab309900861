import type { Difference } from './difference.js';

export const discovery: readonly Difference[] = [
  {
    reason: 'Discovery lists only what kubesim serves: it does not resize pods.',
    titles: ['lists the subresources of pods'],
  },
];
