import type { Difference } from './difference.js';

export const contentNegotiation: readonly Difference[] = [
  {
    reason: 'Some representations are missing.',
    titles: [
      'serves YAML',
      'serves protobuf',
      'serves JSON to a client that prefers protobuf, where a kind has none',
    ],
  },
];
