import type { Difference } from './difference.js';

export const watches: readonly Difference[] = [];
