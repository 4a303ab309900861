import type { Difference } from './difference.js';

export const flowControl: readonly Difference[] = [];
