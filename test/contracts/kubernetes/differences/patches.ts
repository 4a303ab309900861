import type { Difference } from './difference.js';

export const patches: readonly Difference[] = [];
