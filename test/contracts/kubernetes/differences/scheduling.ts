import type { Difference } from './difference.js';

export const scheduling: readonly Difference[] = [];
