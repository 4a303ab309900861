import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../../kernel/log.js';
import { runInRequestScope } from '../../../kernel/request-scope.js';
import { describeSpan, inSpan, isTraced } from '../../../kernel/tracing/span.js';

export interface TracedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly log: Log;
  readonly handle: () => Promise<void>;
}

/**
 * Handles an HTTP request in a child span of the client's (`traceparent`); log entries of the request contain its id.
 */
export function traceRequest(traced: TracedRequest): Promise<void> {
  const { request, response, requestId, log, handle } = traced;
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  return runInRequestScope({ requestId, at: Date.now() }, () => {
    if (path === '/healthz' || path === '/readyz') return handle();
    const handled = isTraced() ? inOwnSpan(traced, path) : handle();
    if (!log.isLevelEnabled('debug')) return handled;
    return handled.then(() =>
      log.debug({ method: request.method, path, status: response.statusCode }, 'a request was answered'),
    );
  });
}

function inOwnSpan({ request, response, requestId, handle }: TracedRequest, path: string): Promise<void> {
  const attributes = {
    'http.request.method': request.method ?? 'GET',
    'url.path': path,
    'fleetgraph.request.id': requestId,
  };
  const options = () => ({ kind: 'server' as const, attributes, parent: request.headers });
  return inSpan(`${request.method ?? 'GET'} ${path}`, options, async () => {
    await handle();
    describeSpan(() => ({ 'http.response.status_code': response.statusCode }));
  });
}
