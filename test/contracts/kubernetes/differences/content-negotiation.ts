import type { Difference } from './difference.js';

export const contentNegotiation: readonly Difference[] = [
  {
    reason: 'Some representations are missing.',
    titles: [
      'serves YAML',
      'serves protobuf',
      'serves JSON to a client that prefers protobuf, where a kind has none',
      'compresses a large list for a client that accepts gzip',
      'indents for pretty=true',
    ],
  },
];
