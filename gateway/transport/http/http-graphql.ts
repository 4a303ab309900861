import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type ApolloServer,
  type HTTPGraphQLRequest,
  type HTTPGraphQLResponse,
  HeaderMap,
} from '@apollo/server';
import type { RateState } from '../../request/rate/rate-limiter.js';
import type { ApolloContext } from './apollo.js';
import type { ResolvedRequest } from '../../request/documents/document-reference.js';
import { setRateHeaders } from './rate-headers.js';
import { send } from './respond.js';

/** Error codes of well-formed requests with an invalid document. */
const DOCUMENT_CODES = /"code":"(GRAPHQL_PARSE_FAILED|GRAPHQL_VALIDATION_FAILED|INVALID_INPUT)"/;

/** A GraphQL over HTTP request with its body parsed and its document resolved. */
export interface HttpOperation extends ResolvedRequest {
  readonly context: ApolloContext;
  /** Returns the rate limit state of the account. */
  readonly rate: () => RateState | undefined;
}

/** Executes a GraphQL over HTTP request with Apollo Server. */
export async function answerGraphQL(
  apollo: ApolloServer<ApolloContext>,
  request: IncomingMessage,
  response: ServerResponse,
  { body, url, context, rate }: HttpOperation,
): Promise<void> {
  const httpGraphQLRequest: HTTPGraphQLRequest = {
    method: (request.method ?? 'GET').toUpperCase(),
    headers: headersOf(request),
    search: searchOf(url),
    body,
  };
  const answer = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest,
    context: () => Promise.resolve(context),
  });
  if (response.destroyed) return;
  if (answer.body.kind !== 'complete') throw new Error('incremental delivery is not supported');
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  const { admitted } = context;
  setRateHeaders(response, rate(), admitted && 'errors' in admitted ? admitted.errors : []);
  send(
    response,
    statusFor(answer, answer.body.string),
    answer.headers.get('content-type') ?? 'application/json',
    answer.body.string,
  );
}

/**
 * With the legacy media type application/json a well-formed request is answered 200 even when its document is
 * invalid: intermediaries also answer with application/json, so its status says nothing about GraphQL (GraphQL
 * over HTTP, 6.4.1).
 */
function statusFor({ status, headers }: HTTPGraphQLResponse, body: string): number {
  const legacy = headers.get('content-type')?.startsWith('application/json') ?? true;
  return legacy && status === 400 && DOCUMENT_CODES.test(body) ? 200 : (status ?? 200);
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

function searchOf(url: string): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
}
