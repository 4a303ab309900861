import type { Difference } from './difference.js';

export const fieldValidation: readonly Difference[] = [];
