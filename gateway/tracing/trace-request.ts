import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../kernel/log.js';
import { inRequest } from '../../kernel/request-scope.js';
import { describeSpan, inSpan } from '../../kernel/tracing/span.js';

export interface TracedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly log: Log;
}

/**
 * Answers an HTTP request in a span that follows from the client's (`traceparent`), with its id in every log entry
 * until then.
 */
export function traceRequest(traced: TracedRequest, answer: () => Promise<void>): Promise<void> {
  const { request, response, requestId, log } = traced;
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  return inRequest({ requestId, at: Date.now() }, async () => {
    if (path === '/healthz' || path === '/readyz') return answer();
    const attributes = {
      'http.request.method': request.method ?? 'GET',
      'url.path': path,
      'fleetgraph.request.id': requestId,
    };
    const options = () => ({ kind: 'server' as const, attributes, parent: request.headers });
    await inSpan(`${request.method ?? 'GET'} ${path}`, options, async () => {
      await answer();
      describeSpan(() => ({ 'http.response.status_code': response.statusCode }));
    });
    log.debug({ method: request.method, path, status: response.statusCode }, 'a request was answered');
  });
}
