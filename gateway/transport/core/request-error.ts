import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../../kernel/errors.js';
import { toGraphQLError } from '../../../protocol/format-errors.js';
import { ProblemError } from '../../../kernel/result.js';
import type { ErrorMasker } from '../../errors/error-masker.js';

/** An error with a code of the registry. */
export function requestError(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** Formats an error thrown while a request was read. */
export function readingError(error: unknown, mask: ErrorMasker, requestId: string): GraphQLError {
  if (error instanceof ProblemError) return toGraphQLError(error);
  if (error instanceof SyntaxError)
    return requestError('BAD_REQUEST', `The request is not JSON: ${error.message}`);
  return mask.error(error, requestId);
}

/** The error for a subscription without a streaming transport. */
export function needsStream(): GraphQLError {
  return requestError('BAD_REQUEST', 'Subscribe over a WebSocket, or send Accept: text/event-stream.');
}
