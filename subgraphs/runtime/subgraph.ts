import type { GraphQLSchema } from 'graphql';
import type { Rights } from '../../access/model/rights.js';
import type { RightsReader } from '../../access/store/rights-reader.js';
import type { Clock } from '../../kernel/clock.js';
import type { WorkBudget } from '../../kernel/fairness/work-turns.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { SubgraphContext } from '../../protocol/subgraph-endpoint.js';
import type { AccessRules } from './access/access-rules.js';

/** The subgraphs, in the order in which they are composed. */
export const subgraphNames = [
  'regions',
  'clusters',
  'quotas',
  'workloads',
  'observability',
  'access',
] as const;
export type SubgraphName = (typeof subgraphNames)[number];

/** The context of an execution: of a request, or of an event of a subscription. */
export interface ExecutionContext extends SubgraphContext {
  /** Limits the work of one turn of the event loop; created with the first list. */
  work?: WorkBudget | undefined;
}

/** The context of resolvers. */
export interface RequestContext extends ExecutionContext {
  /** What the actor may do; the same for the whole execution. */
  rights(): MaybePromise<Rights>;
  /** The current time. */
  now(): Date;
}

/** A subgraph, served in-process or over HTTP. */
export interface Subgraph {
  readonly name: SubgraphName;
  /** Executable schema with `_entities` and `_service`. */
  readonly schema: GraphQLSchema;
  /** Federation 2 SDL, the input of composition. */
  readonly sdl: string;
  /** What callers need for each field; enforced by the schema. Default: every caller may use every field. */
  readonly access?: AccessRules;
  /** Reads the rights of actors. Without it, `RequestContext.rights` throws. */
  readonly rights?: Pick<RightsReader, 'of'> | undefined;
  /** Default: the system clock. */
  readonly clock?: Clock | undefined;
  /** Waits until reads of the subgraph are not older than the context's `minResourceVersion`. Throws `STALE_READ`. */
  readonly waitForVersion?: ((context: RequestContext) => Promise<void>) | undefined;
  /** Throws `NotReadyError` while the subgraph is not ready. Default: it is always ready. */
  readonly checkReady?: (() => Promise<void>) | undefined;
}
