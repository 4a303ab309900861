import { Kind } from 'graphql';
import { foldSelections, operationsOf } from './fold-selections.js';
import { type LimitRule, limitError } from './rule.js';

/** Rejects operations with more than `aliases` aliased fields. */
export const aliasesRule: LimitRule = (document, { aliases: maximum }) =>
  operationsOf(document).flatMap((operation) => {
    const count = foldSelections(document, operation, {
      selection: (node, inside) => inside + (node.kind === Kind.FIELD && node.alias ? 1 : 0),
      join: (left, right) => left + right,
    });
    if (count <= maximum) return [];
    return [
      limitError(
        `An operation may have ${maximum} aliases, this one has ${count}.`,
        'aliases',
        maximum,
        operation,
      ),
    ];
  });
