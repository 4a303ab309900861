import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether a browser page of this origin may use the gateway; requests without an origin come from no page. */
export function isAllowedOrigin(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (!origin || allowed.includes('*') || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Headers beside the usual ones that pages may read. */
const READABLE = 'x-request-id, ratelimit, ratelimit-policy, retry-after';

/** Lets pages of other allowed origins read the answer. */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  allowed: readonly string[],
): void {
  const { origin } = request.headers;
  if (!origin || allowed.length === 0 || !isAllowedOrigin(request, allowed)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', READABLE);
  response.setHeader('vary', 'origin');
}

/** Headers that pages may send: ours, those of Apollo's and graphql-sse's clients, and those of tracing. */
const SENDABLE = [
  'authorization',
  'content-type',
  'accept',
  'x-request-id',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-apollo-operation-id',
  'apollographql-client-name',
  'apollographql-client-version',
  'x-graphql-event-stream-token',
  'last-event-id',
  'traceparent',
  'tracestate',
].join(', ');

/** Answers a browser's question whether it may send a request. */
export function answerPreflight(response: ServerResponse): void {
  response.setHeader('access-control-allow-methods', 'GET, POST, PUT, DELETE');
  response.setHeader('access-control-allow-headers', SENDABLE);
  response.setHeader('access-control-max-age', '600');
  response.writeHead(204).end();
}
