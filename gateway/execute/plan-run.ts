import type { GraphQLError } from 'graphql';
import type { CallContext } from './call-context.js';
import type { EntityRequests } from './entities/entity-requests.js';
import type { SubgraphSource } from './subgraph-source.js';
import type { Tree } from './tree.js';

/** The state of one execution of a plan. */
export interface PlanRun {
  readonly sources: ReadonlyMap<string, SubgraphSource>;
  readonly call: CallContext;
  /** As the client gave them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What has been fetched so far, keys and required fields included. */
  readonly data: Tree;
  /** What subgraphs have said, and fetches that failed. */
  readonly errors: (GraphQLError | Error)[];
  /** What it asks for entities; made when it first does. */
  entities?: EntityRequests;
}

/** A compiled plan, or a part of it. Never rejects: what fails is in the run's errors. */
export type PlanPart = (run: PlanRun) => Promise<void>;
