import type { Platform } from '../engine/platform.js';
import { throwProblem } from '../kernel/result.js';
import type { RequestContext } from '../subgraphs/runtime/subgraph.js';

/** Milliseconds that a reader who has seen an event waits for a database that has not. */
const TIMEOUT_MS = 5000;

/**
 * Waits until the database that this process reads has the event that the request wants to see at least. Refuses
 * `INVALID_CURSOR` when that is no cursor of the account, `STALE_READ` when the event does not come in time.
 */
export async function reachVersion(
  { events, cursors }: Pick<Platform, 'events' | 'cursors'>,
  { actor: { account }, minResourceVersion: atLeast, signal }: RequestContext,
): Promise<void> {
  if (atLeast === undefined) return;
  const sequence = cursors.sequenceOf(account, atLeast);
  if (await events.waitForSequence(account, sequence, { timeoutMs: TIMEOUT_MS, signal })) return;
  throwProblem('STALE_READ', 'What was asked to be seen at least is not there yet. Try again.', {
    path: ['extensions', 'minResourceVersion'],
  });
}
