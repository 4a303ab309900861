import { type ConstDirectiveNode, type ConstValueNode, Kind } from 'graphql';
import type { FieldGuard } from './field-guard.js';
import { throwProblem } from '../../../kernel/result.js';
import { holdsScopes, scopesInWords } from '../../../access/decision.js';
import { requiresScopes } from '../graph/requires.js';

/**
 * Enforces `@requiresScopes` in the subgraph that owns the field. The gateway enforces it as well, but requests may
 * reach the subgraph by other ways.
 */
export const scopeGuard: FieldGuard = {
  mutations: requiresScopes('write'),
  check(directives) {
    const directive = directives.find(({ name }) => name.value === 'requiresScopes');
    if (!directive) return undefined;
    const anyOf = scopeLists(directive);
    return (actor) => {
      if (!holdsScopes(actor, anyOf))
        throwProblem(
          'UNAUTHORIZED_FIELD_OR_TYPE',
          `This needs a token with the scope ${scopesInWords(anyOf)}.`,
        );
    };
  },
};

function scopeLists(directive: ConstDirectiveNode): readonly (readonly string[])[] {
  const value = directive.arguments?.find(({ name }) => name.value === 'scopes')?.value;
  return items(value).map((list) =>
    items(list).map((scope) => (scope.kind === Kind.STRING ? scope.value : '')),
  );
}

function items(value: ConstValueNode | undefined): readonly ConstValueNode[] {
  return value?.kind === Kind.LIST ? value.values : [];
}
