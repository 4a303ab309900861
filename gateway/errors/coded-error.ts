import { type ASTNode, GraphQLError } from 'graphql';
import type { ErrorCode } from '../../kernel/errors.js';

/** An error with a code of the registry and machine-readable details. */
export function coded(
  code: ErrorCode,
  message: string,
  facts: Record<string, unknown>,
  node?: ASTNode,
): GraphQLError {
  return new GraphQLError(message, { extensions: { ...facts, code }, ...(node ? { nodes: [node] } : {}) });
}
