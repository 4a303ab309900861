import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import { endWithTurn } from '../../../kernel/graph/end-of-turn.js';

/** Statuses of errors that are answered before a request is executed; 400 for every other code. */
const statuses: Readonly<Record<string, number>> = {
  FORBIDDEN: 403,
  INTERNAL_SERVER_ERROR: 500,
  LIMIT_EXCEEDED: 413,
  PERSISTED_QUERY_NOT_FOUND: 200,
  RATE_LIMITED: 429,
  REQUEST_TIMEOUT: 504,
  SERVICE_UNAVAILABLE: 503,
  TOKEN_EXPIRED: 401,
  UNAUTHENTICATED: 401,
  UNAUTHORIZED_FIELD_OR_TYPE: 403,
};

/** The HTTP status of an error that leaves no data. */
export function statusOf(error: GraphQLError): number {
  return statuses[String(error.extensions['code'])] ?? 400;
}

/** Answers with one GraphQL error. */
export function sendError(response: ServerResponse, error: GraphQLError, status = statusOf(error)): void {
  if (response.headersSent) return void response.destroy();
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  send(response, status, 'application/json; charset=utf-8', JSON.stringify({ errors: [error.toJSON()] }));
}

/** Answers with a body of known length. */
export function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
): void {
  endWithTurn(response, { status, headers: { 'content-type': contentType }, body });
}
