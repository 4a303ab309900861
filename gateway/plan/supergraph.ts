import { type Schema, Supergraph as FederatedSupergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { TypeConditions } from '../execute/type-conditions.js';

/** A supergraph, ready to plan and to execute. */
export interface Supergraph {
  /** What clients see. */
  readonly api: GraphQLSchema;
  /** The same, as the planner's library holds it. */
  readonly apiSchema: Schema;
  /** Everything, federation directives included. */
  readonly full: GraphQLSchema;
  /** Type conditions of the API and of everything. */
  readonly apiConditions: TypeConditions;
  readonly fullConditions: TypeConditions;
  readonly planner: QueryPlanner;
  /** Names and addresses written in the supergraph. */
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
}

/** Loads supergraph SDL. Throws when it is not a valid supergraph. */
export function loadSupergraph(sdl: string): Supergraph {
  const supergraph = FederatedSupergraph.build(sdl);
  const apiSchema = supergraph.apiSchema();
  const api = apiSchema.toGraphQLJSSchema();
  const full = supergraph.schema.toGraphQLJSSchema();
  return {
    api,
    apiSchema,
    full,
    apiConditions: new TypeConditions(api),
    fullConditions: new TypeConditions(full),
    planner: new QueryPlanner(supergraph),
    subgraphs: supergraph.subgraphsMetadata(),
  };
}
