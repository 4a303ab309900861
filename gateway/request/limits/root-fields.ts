import { Kind } from 'graphql';
import { foldSelections, operationsOf } from './fold-selections.js';
import { type LimitRule, limitError } from './rule.js';

/** Rejects operations with more than `rootFields` root fields. */
export const rootFieldsRule: LimitRule = (document, { rootFields: maximum }) =>
  operationsOf(document).flatMap((operation) => {
    const count = foldSelections(document, operation, {
      selection: (node, inside) => (node.kind === Kind.FIELD ? 1 : inside),
      join: (left, right) => left + right,
    });
    if (count <= maximum) return [];
    return [
      limitError(
        `An operation may have ${maximum} root fields, this one has ${count}.`,
        'rootFields',
        maximum,
        operation,
      ),
    ];
  });
