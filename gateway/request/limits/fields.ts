import { Kind } from 'graphql';
import { foldSelections, operationsOf } from './fold-selections.js';
import { type LimitRule, limitError } from './rule.js';

/**
 * Refuses operations that have more than `fields` fields once fragments are expanded. Validation, planning and the
 * estimate of cost grow with that number, which fragments that spread each other make exponential in the document.
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
