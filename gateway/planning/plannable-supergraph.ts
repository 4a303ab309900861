import type { QueryPlanner } from '@apollo/query-planner';
import { type Supergraph, readSupergraph } from '../supergraph/supergraph.js';
import { createPlanner } from './corrections/create-planner.js';
import type { PlanCorrections } from './corrections/plan-corrections.js';
import type { PlanOnWorker, PlanningThread } from './planning-thread.js';

/** A supergraph, ready to plan and to execute. */
export interface PlannableSupergraph extends Supergraph {
  readonly planner: QueryPlanner;
  /** What its plans are put right by. */
  readonly corrections: PlanCorrections;
  /** Plans on another thread, where there is one. */
  readonly planAhead?: PlanOnWorker | undefined;
}

/** Loads supergraph SDL, also in the planning thread if there is one. Throws when it is not a valid supergraph. */
export function loadSupergraph(sdl: string, thread?: PlanningThread): PlannableSupergraph {
  const { supergraph, document, federated } = readSupergraph(sdl);
  return {
    ...supergraph,
    ...createPlanner(document, federated),
    // Last, so that the thread loads only what is valid.
    planAhead: thread?.load(sdl),
  };
}
