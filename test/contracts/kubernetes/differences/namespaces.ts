import type { Difference } from './difference.js';

export const namespaces: readonly Difference[] = [];
