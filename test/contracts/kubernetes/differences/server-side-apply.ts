import type { Difference } from './difference.js';

export const serverSideApply: readonly Difference[] = [
  {
    reason: 'Elements keep the order that they have, and ownership of a status has other fields.',
    titles: ['merges containers by name and removes one that its owner leaves out'],
  },
  {
    reason: 'Server-side apply does not check the uid of a body, and accepts a status.',
    titles: [
      'refuses the uid of another object in the body',
      'ignores status in the body of an apply to the object',
    ],
  },
];
