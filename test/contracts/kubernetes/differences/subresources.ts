import type { Difference } from './difference.js';

export const subresources: readonly Difference[] = [];
