import type { GraphQLFormattedError } from 'graphql';
import { SubgraphExecutor } from '../../subgraphs/runtime/execution/subgraph-executor.js';
import { Loaders } from '../../kernel/loaders.js';
import { createLog } from '../../kernel/log.js';
import type { Subgraph } from '../../subgraphs/runtime/subgraph.js';
import { testActor } from './actor.js';
import type { Actor } from '../../kernel/actor.js';

interface GraphQLResponse<T> {
  readonly data: T;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Requests one subgraph in-process as an account. */
export type AskSubgraph = <T>(
  account: string,
  query: string,
  variables?: Record<string, unknown>,
) => Promise<GraphQLResponse<T>>;

/** Requests one subgraph in-process as an actor. */
export type AskAs = <T>(
  actor: Actor,
  query: string,
  variables?: Record<string, unknown>,
) => Promise<GraphQLResponse<T>>;

/** Requests the subgraph as account holders. */
export function askSubgraph(subgraph: Subgraph): AskSubgraph {
  const ask = askSubgraphAs(subgraph);
  return (account, query, variables) => ask(testActor(account), query, variables);
}

/** Requests the subgraph as the gateway does: each request has its own loaders. */
export function askSubgraphAs(subgraph: Subgraph): AskAs {
  const executor = new SubgraphExecutor(subgraph, createLog('silent'));
  return async <T>(actor: Actor, query: string, variables: Record<string, unknown> = {}) => {
    const context = { actor, requestId: 'test', loaders: new Loaders() };
    const result = await executor.execute({ query, variables }, context);
    return { data: JSON.parse(JSON.stringify(result.data ?? null)) as T, errors: result.errors ?? [] };
  };
}
