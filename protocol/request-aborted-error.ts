import { GraphQLError } from 'graphql';

/** The error of a request whose client has aborted it. */
export function requestAbortedError(): GraphQLError {
  return new GraphQLError('The request was aborted.', { extensions: { code: 'REQUEST_TIMEOUT' } });
}
