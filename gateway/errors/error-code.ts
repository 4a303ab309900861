import type { GraphQLError } from 'graphql';
import { errorRegistry } from '../../kernel/errors.js';

/**
 * The code of an error, by which it is counted; `OK` for none. Codes that subgraphs of another graph have made up are
 * one: there may be any number of them, and each would be a figure that is kept.
 */
export function codeOf(error: GraphQLError | undefined): string {
  if (!error) return 'OK';
  const code = String(error.extensions['code'] ?? 'INTERNAL_SERVER_ERROR');
  return Object.hasOwn(errorRegistry, code) ? code : 'FOREIGN';
}
