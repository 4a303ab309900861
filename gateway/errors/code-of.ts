import type { GraphQLError } from 'graphql';

/** The code of an error, by which it is counted; `OK` for none. */
export function codeOf(error: GraphQLError | undefined): string {
  return error ? String(error.extensions['code'] ?? 'INTERNAL_SERVER_ERROR') : 'OK';
}
