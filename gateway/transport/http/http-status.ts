import type { ExecutionResult, GraphQLError } from 'graphql';
import { isLegacy } from './media-type.js';

/** HTTP status by error code for requests that are not executed; 400 for every other code. */
const statuses: Readonly<Record<string, number>> = {
  FORBIDDEN: 403,
  INTERNAL_SERVER_ERROR: 500,
  LIMIT_EXCEEDED: 413,
  PERSISTED_QUERY_NOT_FOUND: 200,
  RATE_LIMITED: 429,
  REQUEST_TIMEOUT: 504,
  SERVICE_UNAVAILABLE: 503,
  TOKEN_EXPIRED: 401,
  TOO_MANY_REQUESTS: 429,
  UNAUTHENTICATED: 401,
  UNAUTHORIZED_FIELD_OR_TYPE: 403,
};

/** Error codes of well-formed requests with an invalid document. */
const DOCUMENT_CODES = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'INVALID_INPUT',
]);

/** HTTP status of a response without data. */
export function statusOf(error: GraphQLError): number {
  return statuses[String(error.extensions['code'])] ?? 400;
}

/**
 * HTTP status of a result; `rejected` is that of a request that was not admitted. With the legacy media type
 * application/json a well-formed request gets status 200 even when its document is invalid: clients cannot distinguish
 * an error status of the server from that of an intermediary, which also sends application/json (GraphQL over HTTP, 6.4.1).
 */
export function resultStatus(
  { data, errors = [] }: ExecutionResult,
  contentType: string,
  rejected?: number,
): number {
  const [first] = errors;
  if (data !== undefined || !first) return 200;
  const status = rejected ?? statusOf(first);
  const isOfDocument = errors.some(({ extensions }) => DOCUMENT_CODES.has(extensions['code']));
  return status === 400 && isOfDocument && isLegacy(contentType) ? 200 : status;
}
