import type { Difference } from './difference.js';

export const eventsAndLeases: readonly Difference[] = [];
