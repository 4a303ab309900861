import type { Difference } from './difference.js';

export const fieldValidation: readonly Difference[] = [
  {
    reason: 'Duplicate fields are not noticed, and errors have other codes.',
    titles: ['warns of a duplicate field and takes the last', 'rejects a duplicate field for Strict'],
  },
];
