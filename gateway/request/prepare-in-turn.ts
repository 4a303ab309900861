import type { Actor } from '../../kernel/actor.js';
import { waitForTurn } from '../../kernel/fairness/work-turns.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { GraphRequest, PreparedRequest, RejectedRequest, RequestPreparer } from './request-preparer.js';

/**
 * Prepares a request with a new document. Parsing and validation, and later the compilation of the plan, each wait
 * for a turn of the account: when thousands of new documents arrive together, each turn of the event loop prepares
 * only one of them. Rejects when the operation cannot be planned.
 */
export async function prepareInTurn(
  preparer: RequestPreparer,
  request: GraphRequest,
  actor: Actor,
): Promise<PreparedRequest | RejectedRequest> {
  await waitForTurn(actor.account);
  const planning = planAhead(preparer, request, actor);
  if (planning) {
    await planning;
    await waitForTurn(actor.account);
  }
  return preparer.prepare(request, actor);
}

/**
 * With a planning thread, waits for the plan. Plans again when the cache has evicted the document in the meantime. Rejects
 * when the operation cannot be planned.
 */
function planAhead(preparer: RequestPreparer, request: GraphRequest, actor: Actor): MaybePromise<void> {
  const planning = preparer.ahead(request, actor);
  return planning?.then(() => planAhead(preparer, request, actor));
}
