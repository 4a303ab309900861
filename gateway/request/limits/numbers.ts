import { analyzeDocument } from '../../document/analyze-document.js';
import { coded } from '../../errors/coded-error.js';
import type { LimitRule } from './rule.js';

/**
 * Rejects numbers beyond the range of a double: JSON cannot represent them, so they cannot be sent to
 * subgraphs.
 */
export const numbersRule: LimitRule = (document) =>
  analyzeDocument(document)
    .tooLarge.slice(0, 1)
    .map((node) => coded('INVALID_INPUT', 'The document has a number that is too large.', {}, node));
