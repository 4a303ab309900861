import type { Difference } from './difference.js';

export const discovery: readonly Difference[] = [
  {
    reason: 'Discovery lists only what kubesim serves.',
    titles: [
      'lists every group at /apis with its preferred version',
      'lists the subresources of pods',
      'answers 304 for the ETag of unchanged discovery',
    ],
  },
  {
    reason: 'OpenAPI is served only as far as kubectl asks for it.',
    titles: [
      'serves OpenAPI v2 with definitions of every kind',
      'lists a document of OpenAPI v3 for each group and version',
    ],
  },
  {
    reason: 'The kind is not served, or without short names.',
    titles: ['lists volumeattachments in storage.k8s.io/v1'],
  },
];
