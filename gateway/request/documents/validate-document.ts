import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type ValidationRule,
  specifiedRules,
  validate,
} from 'graphql';

/** Rejects operation types that the schema does not have, as graphql 17 does; graphql 16 accepts them. */
const knownOperationTypes: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (!context.getSchema().getRootType(node.operation))
      context.reportError(new GraphQLError(`The graph has no ${node.operation}s.`, { nodes: node }));
  },
});

const RULES: readonly ValidationRule[] = [...specifiedRules, knownOperationTypes];

/** Maximum number of errors per document. */
const MAX_ERRORS = 20;

/**
 * Validates a document. Rules of graphql-js throw when a variable decides on the root field of a subscription, and
 * when too many fields have to be compared; then that is the only error.
 */
export function validateDocument(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(schema, document, RULES, { maxErrors: MAX_ERRORS });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [error];
  }
}
