import type { Difference } from './difference.js';

export const discovery: readonly Difference[] = [
  {
    reason: 'Discovery lists only what kubesim serves.',
    titles: ['lists the subresources of pods'],
  },
  {
    reason: 'OpenAPI is served only as far as kubectl asks for it.',
    titles: ['lists a document of OpenAPI v3 for each group and version'],
  },
];
