import type { IncomingMessage } from 'node:http';
import { EVENT_STREAM } from '../../kernel/graph/event-stream.js';
import { refuse } from '../../kernel/result.js';
import { isAllowedOrigin } from './cors.js';

/**
 * Refuses FORBIDDEN a stream that a page of another origin asks for by GET: a browser opens it without asking first.
 * Apollo Server looks after other GETs, and no browser posts JSON without asking.
 */
export function refuseForeignStream(request: IncomingMessage, allowedOrigins: readonly string[]): void {
  const { method, headers } = request;
  const accept = headers.accept ?? '';
  const stream = accept.includes(EVENT_STREAM) || accept.includes('multipart/');
  if (method === 'GET' && stream && !isAllowedOrigin(request, allowedOrigins))
    refuse('FORBIDDEN', 'Pages of this origin may not use the gateway.');
}
