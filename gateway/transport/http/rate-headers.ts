import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { RateState } from '../../request/rate/rate-limiter.js';

/** Error codes with `retryAfter`. */
const WAITING_CODES = new Set<unknown>(['RATE_LIMITED', 'TOO_MANY_REQUESTS']);

/** Sets RateLimit headers (draft-ietf-httpapi-ratelimit-headers), and Retry-After on rate-limited responses. */
export function setRateHeaders(
  response: ServerResponse,
  state: RateState | undefined,
  rejected: readonly GraphQLError[] = [],
): void {
  if (response.headersSent) return;
  const waits = rejected
    .filter(({ extensions }) => WAITING_CODES.has(extensions['code']))
    .map(({ extensions }) => Number(extensions['retryAfter']));
  if (waits.length > 0) response.setHeader('retry-after', String(Math.max(...waits)));
  if (!state) return;
  const { points, window, remaining, reset } = state;
  response.setHeader('ratelimit-policy', `"cost";q=${points};w=${window}`);
  response.setHeader('ratelimit', `"cost";r=${remaining};t=${reset}`);
}
