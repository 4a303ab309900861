import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Whether the Origin header is allowed. Requests without the header are not cross-origin requests of a page.
 */
export function isAllowedOrigin(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (!origin || allowed.includes('*') || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Response headers exposed to pages by CORS. */
const READABLE = 'x-request-id, ratelimit, ratelimit-policy, retry-after';

/** Sets the CORS headers for allowed origins. */
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

/**
 * Request headers allowed by CORS: of the gateway, of Apollo's clients, of EventSource, and of trace context.
 */
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
  'last-event-id',
  'traceparent',
  'tracestate',
].join(', ');

/** Sends the response to a CORS preflight request. */
export function sendPreflight(response: ServerResponse): void {
  response.setHeader('access-control-allow-methods', 'GET, POST');
  response.setHeader('access-control-allow-headers', SENDABLE);
  response.setHeader('access-control-max-age', '600');
  response.writeHead(204).end();
}
