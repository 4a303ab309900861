import type { Difference } from './difference.js';

export const customResources: readonly Difference[] = [];
