import type { GraphQLError } from 'graphql';
import { errorRegistry } from '../../kernel/errors.js';

/**
 * The code of an error as a metric label; `OK` without an error. Codes outside of the registry become
 * `FOREIGN`: subgraphs may invent any number of them, and each would be a new time series.
 */
export function codeOf(error: GraphQLError | undefined): string {
  if (!error) return 'OK';
  const code = String(error.extensions['code'] ?? 'INTERNAL_SERVER_ERROR');
  return Object.hasOwn(errorRegistry, code) ? code : 'FOREIGN';
}
