import { foldSelections, operationsOf } from './fold-selections.js';
import { type LimitRule, limitError } from './rule.js';

/** Rejects operations with more than `directives` directives. */
export const directivesRule: LimitRule = (document, { directives: maximum }) =>
  operationsOf(document).flatMap((operation) => {
    const inside = foldSelections(document, operation, {
      selection: (node, within) => within + (node.directives?.length ?? 0),
      join: (left, right) => left + right,
    });
    const count = inside + (operation.directives?.length ?? 0);
    if (count <= maximum) return [];
    return [
      limitError(
        `An operation may have ${maximum} directives, this one has ${count}.`,
        'directives',
        maximum,
        operation,
      ),
    ];
  });
