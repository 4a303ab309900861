import { GraphQLError } from 'graphql';

/** Start of graphql-js's suggestion of names. */
const SUGGESTION = 'Did you mean ';

/** Removes the names suggested by graphql-js, which would disclose the schema piece by piece. */
export function withoutSuggestion(error: GraphQLError): GraphQLError {
  const start = error.message.indexOf(SUGGESTION);
  if (start < 0) return error;
  const message = error.message.slice(0, start).trimEnd();
  const { nodes, source, positions, path, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
