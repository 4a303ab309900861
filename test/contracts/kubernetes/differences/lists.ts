import type { Difference } from './difference.js';

export const lists: readonly Difference[] = [];
