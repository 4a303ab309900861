import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { RateState } from '../../cost/rate-limiter.js';

/**
 * Tells what the account may spend and has left (draft-ietf-httpapi-ratelimit-headers); to those who were refused for
 * it also when to come back.
 */
export function setRateHeaders(
  response: ServerResponse,
  state: RateState | undefined,
  refused: readonly GraphQLError[] = [],
): void {
  if (!state || response.headersSent) return;
  const { points, window, remaining, reset } = state;
  response.setHeader('ratelimit-policy', `"cost";q=${points};w=${window}`);
  response.setHeader('ratelimit', `"cost";r=${remaining};t=${reset}`);
  const waits = refused
    .filter(({ extensions }) => extensions['code'] === 'RATE_LIMITED')
    .map(({ extensions }) => Number(extensions['retryAfter']));
  if (waits.length > 0) response.setHeader('retry-after', String(Math.max(...waits)));
}
