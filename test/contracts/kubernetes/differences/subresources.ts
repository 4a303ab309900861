import type { Difference } from './difference.js';

export const subresources: readonly Difference[] = [
  {
    reason: 'The subresource is not served, or answers otherwise.',
    titles: [
      'evicts a pod that no budget protects',
      'rejects an eviction of another name than the path',
      'adds an ephemeral container',
      'serves no logs of a pod that no node has',
    ],
  },
];
