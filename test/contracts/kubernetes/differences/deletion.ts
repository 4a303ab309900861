import type { Difference } from './difference.js';

export const deletion: readonly Difference[] = [];
