import type { GraphQLSchema } from 'graphql';
import type { WorkBudget } from '../../kernel/fairness/work-turns.js';
import type { SubgraphContext } from '../../protocol/subgraph-endpoint.js';

/** The five subgraphs, in the order in which they are composed. */
export const subgraphNames = ['regions', 'clusters', 'quotas', 'workloads', 'observability'] as const;
export type SubgraphName = (typeof subgraphNames)[number];

/** What every resolver of a subgraph gets as its context; one per request (per event in a subscription). */
export interface RequestContext extends SubgraphContext {
  /** Bounds what is resolved in one turn of the event loop; made when the first list is. */
  work?: WorkBudget | undefined;
}

/** A subgraph, however it is served: in-process or over HTTP. */
export interface Subgraph {
  readonly name: SubgraphName;
  /** Executable schema with `_entities` and `_service`. */
  readonly schema: GraphQLSchema;
  /** Federation 2 SDL, the input of composition. */
  readonly sdl: string;
  /** Waits until what the subgraph reads is no older than the context's `minResourceVersion`. Refuses `STALE_READ`. */
  readonly waitForVersion?: ((context: RequestContext) => Promise<void>) | undefined;
  /** Throws `NotReadyError` while the subgraph cannot do its work. Default it always can. */
  readonly checkReady?: (() => Promise<void>) | undefined;
}
