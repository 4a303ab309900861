import type { GraphQLSchema } from 'graphql';
import type { Actor } from '../../kernel/actor.js';
import type { Loaders } from '../../kernel/loaders.js';
import type { Waiting } from '../../kernel/request-scope.js';
import type { WorkBudget } from '../../kernel/fairness/work-turns.js';

/** The five subgraphs, in the order in which they are composed. */
export const subgraphNames = ['regions', 'clusters', 'quotas', 'workloads', 'observability'] as const;
export type SubgraphName = (typeof subgraphNames)[number];

/** What every resolver of a subgraph gets as its context; one per request (per event in a subscription). */
export interface RequestContext {
  readonly actor: Actor;
  /** Ties log entries and errors of one client request together. */
  readonly requestId: string;
  /** Batch loaders of this request. */
  readonly loaders: Loaders;
  /** Aborts when nobody waits for the answer any more; a subscription's source ends with it. */
  readonly signal?: AbortSignal | undefined;
  /** What has that signal for all that is done together with this; default this alone. */
  readonly waiting?: Waiting | undefined;
  /** Bounds what is resolved in one turn of the event loop; made when the first list is. */
  work?: WorkBudget | undefined;
  /** Cursor of an event: what is answered must not be older. */
  readonly atLeast?: string | undefined;
}

/** A subgraph, however it is served: in-process or over HTTP. */
export interface Subgraph {
  readonly name: SubgraphName;
  /** Executable schema with `_entities` and `_service`. */
  readonly schema: GraphQLSchema;
  /** Federation 2 SDL, the input of composition. */
  readonly sdl: string;
  /** Waits until what the subgraph reads is no older than the context's `atLeast`. Refuses `STALE_READ`. */
  readonly reach?: ((context: RequestContext) => Promise<void>) | undefined;
  /** Throws `NotReadyError` while the subgraph cannot do its work. Default it always can. */
  readonly ready?: (() => Promise<void>) | undefined;
}
