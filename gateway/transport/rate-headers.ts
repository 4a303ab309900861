import type { ServerResponse } from 'node:http';
import type { RateState } from '../cost/rate-limiter.js';

/**
 * Tells what the account may spend and has left (draft-ietf-httpapi-ratelimit-headers); with 429 also when to come
 * back.
 */
export function setRateHeaders(response: ServerResponse, state: RateState | undefined, status = 200): void {
  if (!state || response.headersSent) return;
  const { points, window, remaining, reset } = state;
  response.setHeader('ratelimit-policy', `"cost";q=${points};w=${window}`);
  response.setHeader('ratelimit', `"cost";r=${remaining};t=${reset}`);
  if (status === 429) response.setHeader('retry-after', String(Math.max(1, reset)));
}
