import type { GraphQLError } from 'graphql';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { JSONObject } from './data/json-object.js';
import type { EntityFetchRun } from './entities/entity-requests.js';

/** The state of one execution of a plan. */
export interface PlanExecution extends EntityFetchRun {
  /** What has been fetched so far, keys and required fields included. */
  readonly data: JSONObject;
  /** What subgraphs have said, and fetches that failed. */
  readonly errors: (GraphQLError | Error)[];
}

/**
 * A compiled plan, or a part of it. Calls `done` when it is through, before it returns when it had to wait for nothing.
 * Never throws: what fails is in the run's errors.
 */
export type CompiledPlanNode = (run: PlanExecution, done: () => void) => void;

/** Executes a plan to its end; answers the run. */
export function complete(plan: CompiledPlanNode, run: PlanExecution): MaybePromise<PlanExecution> {
  let over = false;
  let tell: ((run: PlanExecution) => void) | undefined = undefined;
  plan(run, () => {
    over = true;
    tell?.(run);
  });
  return over ? run : new Promise((resolve) => (tell = resolve));
}
