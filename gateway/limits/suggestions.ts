import { GraphQLError } from 'graphql';

/** Where graphql-js begins to tell names that the client did not know. */
const SUGGESTION = /\s*Did you mean [^]*$/;

/** The error without the names of the schema that graphql-js suggests: they would tell it piece by piece. */
export function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(SUGGESTION, '');
  if (message === error.message) return error;
  const { nodes, source, positions, path, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
