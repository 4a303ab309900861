import type { Difference } from './difference.js';

export const access: readonly Difference[] = [];
