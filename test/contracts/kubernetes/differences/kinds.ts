import type { Difference } from './difference.js';

export const kinds: readonly Difference[] = [];
