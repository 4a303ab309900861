import type { Platform } from '../engine/platform.js';
import { throwProblem } from '../kernel/result.js';
import type { RequestContext } from '../subgraphs/runtime/subgraph.js';

/** Milliseconds that a request with minResourceVersion waits for a database that lags behind. */
const TIMEOUT_MS = 5000;

/**
 * Waits until the database of this process has reached the request's minResourceVersion. Throws `INVALID_CURSOR` when it is
 * no cursor of the account, `STALE_READ` when it is not reached in time.
 */
export async function waitForResourceVersion(
  { events, cursors }: Pick<Platform, 'events' | 'cursors'>,
  { actor: { account }, minResourceVersion, signal }: RequestContext,
): Promise<void> {
  if (minResourceVersion === undefined) return;
  const sequence = cursors.sequenceOf(account, minResourceVersion);
  if (await events.waitForSequence(account, sequence, { timeoutMs: TIMEOUT_MS, signal })) return;
  throwProblem('STALE_READ', 'minResourceVersion was not reached in time. Retry.', {
    path: ['extensions', 'minResourceVersion'],
  });
}
