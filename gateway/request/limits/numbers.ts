import { analyzeDocument } from '../../document/analyze-document.js';
import { coded } from '../../errors/coded-error.js';
import type { LimitRule } from './rule.js';

/** Refuses numbers that no double can hold: JSON has none of them, so no subgraph could be asked for them. */
export const numbersRule: LimitRule = (document) =>
  analyzeDocument(document)
    .tooLarge.slice(0, 1)
    .map((node) => coded('INVALID_INPUT', 'The document has a number that is too large.', {}, node));
