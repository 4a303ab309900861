import {
  type ASTNode,
  type ASTVisitor,
  BREAK,
  GraphQLError,
  type GraphQLSchema,
  type DocumentNode,
  KnownDirectivesRule,
  KnownFragmentNamesRule,
  NoFragmentCyclesRule,
  NoUndefinedVariablesRule,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  PossibleFragmentSpreadsRule,
  TypeInfo,
  UniqueDirectivesPerLocationRule,
  UniqueFragmentNamesRule,
  UniqueVariableNamesRule,
  ValidationContext,
  type ValidationRule,
  VariablesAreInputTypesRule,
  VariablesInAllowedPositionRule,
  getEnterLeaveForKind,
  specifiedRules,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { knownOperationTypes } from './known-operation-types.js';
import { visitorKeys } from '../../document/visitor-keys.js';

const RULES: readonly ValidationRule[] = [...specifiedRules, knownOperationTypes];

/** Characters that a text must contain to violate a rule. */
const NEEDED: ReadonlyMap<ValidationRule, string> = new Map([
  [VariablesAreInputTypesRule, '$'],
  [UniqueVariableNamesRule, '$'],
  [NoUndefinedVariablesRule, '$'],
  [NoUnusedVariablesRule, '$'],
  [VariablesInAllowedPositionRule, '$'],
  [KnownDirectivesRule, '@'],
  [UniqueDirectivesPerLocationRule, '@'],
  [KnownFragmentNamesRule, '...'],
  [PossibleFragmentSpreadsRule, '...'],
  [UniqueFragmentNamesRule, 'fragment'],
  [NoUnusedFragmentsRule, 'fragment'],
  [NoFragmentCyclesRule, 'fragment'],
]);

/** Maximum number of errors per document. */
const MAX_ERRORS = 20;

const TOO_MANY = new GraphQLError('Too many validation errors, error limit reached. Validation aborted.');

/**
 * Validates a document with the rules of graphql-js and the same result as its `validate`, which prepares every
 * rule for every node kind, including those of schemas, for each document, and visits every name. Here a rule
 * is prepared only for the node kinds that occur, and only if the text can violate it.
 */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  text: string,
): readonly GraphQLError[] {
  const errors: GraphQLError[] = [];
  const types = new TypeInfo(schema);
  const context = new ValidationContext(schema, document, types, (error) => {
    if (errors.length >= MAX_ERRORS) throw TOO_MANY;
    errors.push(error);
  });
  const rules = RULES.filter((rule) => text.includes(NEEDED.get(rule) ?? ''));
  const visitor = together(rules.map((rule) => rule(context)));
  try {
    visit(document, visitWithTypeInfo(types, visitor), visitorKeys);
  } catch (error) {
    // Rules also throw when a variable decides on the root field of a subscription, or when too many fields
    // have to be compared.
    if (!(error instanceof GraphQLError)) throw error;
    errors.push(error);
  }
  return errors;
}

/** Enter and leave functions of one visitor for a node kind. */
interface Visits extends ReturnType<typeof getEnterLeaveForKind> {
  readonly visitor: ASTVisitor;
  readonly index: number;
}

/** Combines visitors into one; each may skip a subtree or stop. */
function together(visitors: readonly ASTVisitor[]): ASTVisitor {
  const byKind = new Map<string, readonly Visits[]>();
  const visitsOf = (kind: ASTNode['kind']) => {
    const known = byKind.get(kind);
    if (known) return known;
    const visits: Visits[] = [];
    for (const [index, visitor] of visitors.entries()) {
      const { enter, leave } = getEnterLeaveForKind(visitor, kind);
      if (enter ?? leave) visits.push({ enter, leave, visitor, index });
    }
    byKind.set(kind, visits);
    return visits;
  };
  const leftOut = visitors.map((): unknown => undefined);
  return {
    enter(node, key, parent, path, ancestors) {
      for (const { visitor, index, enter } of visitsOf(node.kind)) {
        if (!enter || leftOut[index] !== undefined) continue;
        const answer: unknown = enter.call(visitor, node, key, parent, path, ancestors);
        if (answer === false) leftOut[index] = node;
        else if (answer === BREAK) leftOut[index] = BREAK;
      }
    },
    leave(node, key, parent, path, ancestors) {
      for (const { visitor, index, leave } of visitsOf(node.kind)) {
        if (leftOut[index] === node) leftOut[index] = undefined;
        else if (!leave || leftOut[index] !== undefined) continue;
        else if (leave.call(visitor, node, key, parent, path, ancestors) === BREAK) leftOut[index] = BREAK;
      }
    },
  };
}
