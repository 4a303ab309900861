import type { ASTNode, DocumentNode, GraphQLError } from 'graphql';
import { coded } from '../../errors/coded-error.js';
import type { Limits } from './limits.js';

/** Says what of a parsed document is larger than the limits allow; runs before validation. */
export type LimitRule = (document: DocumentNode, limits: Limits) => GraphQLError[];

/** The error of a limit, with its name and value for programs. */
export function limitError(message: string, limit: string, maximum: number, node?: ASTNode): GraphQLError {
  return coded('LIMIT_EXCEEDED', message, { limit, maximum }, node);
}
