import { toTransportError } from './connection.js';
import { GraphQLRequestError, type ServerError, TransportError } from './errors.js';

/** Error codes by the close codes of graphql-transport-ws and the API that mean an invalid request. */
const CLOSE_CODES: Readonly<Record<number, string>> = {
  4400: 'BAD_REQUEST',
  4401: 'UNAUTHENTICATED',
  4403: 'UNAUTHENTICATED',
  4406: 'BAD_REQUEST',
  4410: 'RIGHTS_CHANGED',
  4411: 'TOKEN_EXPIRED',
};

/** Converts the error that ended a subscription, a list of GraphQL errors or a socket error, to an error of this package. */
export function subscriptionError(error: unknown): Error {
  if (Array.isArray(error)) return new GraphQLRequestError(error as ServerError[]);
  if (error instanceof GraphQLRequestError || error instanceof TransportError) return error;
  const fault = toTransportError(error);
  const rejection = CLOSE_CODES[fault.closeCode ?? 0];
  if (!rejection) return fault;
  return new GraphQLRequestError([{ message: fault.message, extensions: { code: rejection } }]);
}
