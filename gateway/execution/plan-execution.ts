import type { GraphQLError } from 'graphql';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { JSONObject } from './data/json-object.js';
import type { EntityFetchRun } from './entities/entity-requests.js';

/** The state of one execution of a plan. */
export interface PlanExecution extends EntityFetchRun {
  /** Data fetched so far, including keys and required fields. */
  readonly data: JSONObject;
  /** Errors of subgraphs and of failed fetches. */
  readonly errors: (GraphQLError | Error)[];
}

/**
 * A compiled plan node. Calls `done` when it completes, synchronously if no fetch was asynchronous. Never
 * throws: failures are added to the errors of the execution.
 */
export type CompiledPlanNode = (run: PlanExecution, done: () => void) => void;

/** Executes a plan and returns its state. */
export function complete(plan: CompiledPlanNode, run: PlanExecution): MaybePromise<PlanExecution> {
  let isComplete = false;
  let resolveRun: ((run: PlanExecution) => void) | undefined = undefined;
  plan(run, () => {
    isComplete = true;
    resolveRun?.(run);
  });
  return isComplete ? run : new Promise((resolve) => (resolveRun = resolve));
}
