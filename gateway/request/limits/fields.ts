import { Kind } from 'graphql';
import { foldSelections, operationsOf } from './fold-selections.js';
import { type LimitRule, limitError } from './rule.js';

/**
 * Rejects operations with more than `fields` fields after expansion of fragments. Validation, planning and cost
 * estimation grow with that number, which nested fragments make exponential in the size of the document.
 */
export const fieldsRule: LimitRule = (document, { fields: maximum }) =>
  operationsOf(document).flatMap((operation) => {
    const count = foldSelections(document, operation, {
      selection: (node, inside) => inside + (node.kind === Kind.FIELD ? 1 : 0),
      join: (left, right) => left + right,
    });
    if (count <= maximum) return [];
    return [
      limitError(
        `An operation may have ${maximum} fields, this one has ${count}.`,
        'fields',
        maximum,
        operation,
      ),
    ];
  });
