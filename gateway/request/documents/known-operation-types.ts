import { GraphQLError, type ValidationRule } from 'graphql';

/** Refuses operations of a kind that the graph has none of, as version 17 of graphql does; version 16 lets them pass. */
export const knownOperationTypes: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (!context.getSchema().getRootType(node.operation))
      context.reportError(new GraphQLError(`The graph has no ${node.operation}s.`, { nodes: node }));
  },
});
