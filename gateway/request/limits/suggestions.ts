import { GraphQLError } from 'graphql';

/** Where graphql-js begins to suggest names that the client did not send. */
const SUGGESTION = 'Did you mean ';

/** The error without the names of the schema that graphql-js suggests: they would tell it piece by piece. */
export function withoutSuggestion(error: GraphQLError): GraphQLError {
  const start = error.message.indexOf(SUGGESTION);
  if (start < 0) return error;
  const message = error.message.slice(0, start).trimEnd();
  const { nodes, source, positions, path, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
