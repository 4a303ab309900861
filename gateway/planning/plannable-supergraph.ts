import type { QueryPlanner } from '@apollo/query-planner';
import { type Supergraph, readSupergraph } from '../supergraph/supergraph.js';
import { createPlanner } from './corrections/create-planner.js';
import type { PlanCorrections } from './corrections/plan-corrections.js';
import type { PlanOnWorker, PlanningThread } from './planning-thread.js';

/** A supergraph with a query planner. */
export interface PlannableSupergraph extends Supergraph {
  readonly planner: QueryPlanner;
  /** Corrections of its plans. */
  readonly corrections: PlanCorrections;
  /** Plans on the planning thread, if there is one. */
  readonly planAhead?: PlanOnWorker | undefined;
}

/** Loads supergraph SDL, also on the planning thread if one is given. Throws when the SDL is invalid. */
export function loadSupergraph(sdl: string, thread?: PlanningThread): PlannableSupergraph {
  const { supergraph, document, federated } = readSupergraph(sdl);
  return {
    ...supergraph,
    ...createPlanner(document, federated),
    // Last, so that the thread only loads valid supergraphs.
    planAhead: thread?.load(sdl),
  };
}
