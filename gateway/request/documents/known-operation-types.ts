import { GraphQLError, type ValidationRule } from 'graphql';

/** Rejects operation types that the schema does not have, as graphql 17 does; graphql 16 accepts them. */
export const knownOperationTypes: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (!context.getSchema().getRootType(node.operation))
      context.reportError(new GraphQLError(`The graph has no ${node.operation}s.`, { nodes: node }));
  },
});
