import type { IncomingMessage } from 'node:http';
import { refuse } from '../../kernel/result.js';
import { isAllowedOrigin } from './cors.js';
import { wantedStream } from './media-type.js';

/**
 * Refuses FORBIDDEN a stream that a page of another origin asks for by GET: a browser opens it without asking first.
 * Apollo Server looks after other GETs, and no browser posts JSON without asking.
 */
export function refuseForeignStream(request: IncomingMessage, allowedOrigins: readonly string[]): void {
  if (request.method === 'GET' && wantedStream(request) && !isAllowedOrigin(request, allowedOrigins))
    refuse('FORBIDDEN', 'Pages of this origin may not use the gateway.');
}
