import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { throwProblem } from '../../../kernel/result.js';
import { isAllowedOrigin } from './cors.js';

/** Headers for which a browser asks before it sends a request of a page of another site. */
const ASKED_FOR = ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'];
const SIMPLE_TYPE = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i;

/**
 * Refuses FORBIDDEN a GET that a page of another site may have made a browser send without asking first. Nothing but
 * JSON is read of a POST, and no browser posts that without asking.
 */
export function rejectCrossSiteRequest(request: IncomingMessage, allowedOrigins: readonly string[]): void {
  if (request.method !== 'GET' || isAskedFor(request.headers)) return;
  if (mayBeForeign(request, allowedOrigins)) {
    throwProblem(
      'FORBIDDEN',
      'Blocked as a possible cross-site request. Use POST, or send a header Apollo-Require-Preflight.',
    );
  }
}

function isAskedFor(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type'];
  return (
    (type !== undefined && !SIMPLE_TYPE.test(type)) || ASKED_FOR.some((name) => headers[name] !== undefined)
  );
}

/** Browsers say whose page asks, in one header or another; those that are too old to do so call themselves Mozilla. */
function mayBeForeign(request: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const { origin, 'sec-fetch-site': site, 'user-agent': agent } = request.headers;
  if (origin !== undefined) return !isAllowedOrigin(request, allowedOrigins);
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return agent?.startsWith('Mozilla/') ?? false;
}
