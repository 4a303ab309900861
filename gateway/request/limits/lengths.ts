import { analyzeDocument } from '../../document/analyze-document.js';
import { type LimitRule, limitError } from './rule.js';

/** Rejects list literals with more than `listLength` entries. */
export const listLengthRule: LimitRule = (document, { listLength: maximum }) => {
  const list = analyzeDocument(document).longestList;
  const length = list?.values.length ?? 0;
  if (length <= maximum) return [];
  const message = `A list may have ${maximum} entries, this one has ${length}.`;
  return [limitError(message, 'listLength', maximum, list)];
};

/** Rejects aliases with more than `aliasLength` characters. */
export const aliasLengthRule: LimitRule = (document, { aliasLength: maximum }) => {
  const field = analyzeDocument(document).longestAlias;
  const length = field?.alias?.value.length ?? 0;
  if (length <= maximum) return [];
  return [
    limitError(
      `An alias may have ${maximum} characters, this one has ${length}.`,
      'aliasLength',
      maximum,
      field,
    ),
  ];
};
