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

/** What a text must have for a document to break some of the rules. */
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

/** Violations of a document that are told at the most. */
const MAX_ERRORS = 20;

const TOO_MANY = new GraphQLError('Too many validation errors, error limit reached. Validation aborted.');

/**
 * How a document breaks the rules of the specification: what `validate` of graphql-js finds, by the same rules. It
 * prepares each of them for each kind of node that there is, those of schemas too, for every document anew, and goes to
 * every name. Here a rule is prepared for the kinds of nodes that are there, if the document's text can break it at all.
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
    // Rules give up, too, where a variable decides what the root of a subscription is, or comparing fields takes too long.
    if (!(error instanceof GraphQLError)) throw error;
    errors.push(error);
  }
  return errors;
}

/** What one visitor does at the nodes of a kind. */
interface Visits extends ReturnType<typeof getEnterLeaveForKind> {
  readonly visitor: ASTVisitor;
  readonly index: number;
}

/** One visitor that does what all do, each of which may leave out what is below a node, or all that is left. */
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
