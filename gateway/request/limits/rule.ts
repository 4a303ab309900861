import type { ASTNode, DocumentNode, GraphQLError } from 'graphql';
import { coded } from '../../errors/coded-error.js';
import type { Limits } from './limits.js';

/** Returns errors for a parsed document that exceeds a limit; runs before validation. */
export type LimitRule = (document: DocumentNode, limits: Limits) => GraphQLError[];

/** The error for an exceeded limit, with its name and value in `extensions`. */
export function limitError(message: string, limit: string, maximum: number, node?: ASTNode): GraphQLError {
  return coded('LIMIT_EXCEEDED', message, { limit, maximum }, node);
}
