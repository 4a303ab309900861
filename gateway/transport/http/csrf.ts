import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { throwProblem } from '../../../kernel/result.js';
import { isAllowedOrigin } from './cors.js';

/** Headers that make a browser send a CORS preflight first. */
const PREFLIGHT_HEADERS = ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'];
const SIMPLE_TYPE = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i;

/**
 * Throws FORBIDDEN for a GET that a page of another site may have sent without a CORS preflight. POST needs no
 * check: only JSON bodies are read, which always require a preflight.
 */
export function rejectCrossSiteRequest(request: IncomingMessage, allowedOrigins: readonly string[]): void {
  if (request.method !== 'GET' || requiresPreflight(request.headers)) return;
  if (mayBeForeign(request, allowedOrigins)) {
    throwProblem(
      'FORBIDDEN',
      'Blocked as a possible cross-site request. Use POST, or send a header Apollo-Require-Preflight.',
    );
  }
}

function requiresPreflight(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type'];
  return (
    (type !== undefined && !SIMPLE_TYPE.test(type)) ||
    PREFLIGHT_HEADERS.some((name) => headers[name] !== undefined)
  );
}

/** Browsers send Origin or Sec-Fetch-Site; older ones are recognized by their user agent. */
function mayBeForeign(request: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const { origin, 'sec-fetch-site': site, 'user-agent': agent } = request.headers;
  if (origin !== undefined) return !isAllowedOrigin(request, allowedOrigins);
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return agent?.startsWith('Mozilla/') ?? false;
}
