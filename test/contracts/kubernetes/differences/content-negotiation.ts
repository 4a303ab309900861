import type { Difference } from './difference.js';

export const contentNegotiation: readonly Difference[] = [];
