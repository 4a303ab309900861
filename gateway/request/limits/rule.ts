import { type ASTNode, type DocumentNode, GraphQLError } from 'graphql';
import type { ErrorCode } from '../../../kernel/errors.js';
import type { Limits } from './limits.js';

/** Says what of a parsed document is larger than the limits allow; runs before validation. */
export type LimitRule = (document: DocumentNode, limits: Limits) => GraphQLError[];

/** The error of a limit, with its name and value for programs. */
export function limitError(message: string, limit: string, maximum: number, node?: ASTNode): GraphQLError {
  return coded('LIMIT_EXCEEDED', message, { limit, maximum }, node);
}

export function coded(
  code: ErrorCode,
  message: string,
  facts: Record<string, unknown>,
  node?: ASTNode,
): GraphQLError {
  return new GraphQLError(message, { extensions: { ...facts, code }, ...(node ? { nodes: [node] } : {}) });
}
