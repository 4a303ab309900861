import type { Actor } from '../../kernel/actor.js';
import { waitForTurn } from '../../kernel/fairness/work-turns.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { OperationCosts } from './cost/operation-costs.js';
import type { GraphRequest, RequestPreparer } from './request-preparer.js';

/** What admission uses of a supergraph. */
export interface AdmissionSupergraph {
  readonly preparer: RequestPreparer;
  readonly costs: OperationCosts;
}

/**
 * Waits until a request with a new document may be prepared. Parsing and validation, and later the compilation
 * of the plan, each wait for a turn of the account: of thousands of new documents that arrive together, each
 * turn of the event loop prepares one. Rejects when the operation cannot be planned.
 */
export async function waitToPrepare(
  supergraph: AdmissionSupergraph,
  request: GraphRequest,
  actor: Actor,
): Promise<void> {
  await waitForTurn(actor.account);
  const planning = planAhead(supergraph, request, actor);
  if (!planning) return;
  await planning;
  await waitForTurn(actor.account);
}

/**
 * With a planning thread, waits until the plan is there. Repeats when the document was evicted meanwhile. Rejects when
 * the operation cannot be planned.
 */
function planAhead(supergraph: AdmissionSupergraph, request: GraphRequest, actor: Actor): MaybePromise<void> {
  const planning = supergraph.preparer.ahead(request, actor);
  return planning?.then(() => planAhead(supergraph, request, actor));
}
