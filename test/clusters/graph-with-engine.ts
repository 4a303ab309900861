import type { Engine } from '../../engine/engine.js';
import { SubgraphExecutor } from '../../subgraphs/runtime/execution/subgraph-executor.js';
import { Loaders } from '../../kernel/loaders.js';
import { createLog } from '../../kernel/log.js';
import { createClustersSubgraph } from '../../subgraphs/clusters/subgraph.js';
import { testActor } from '../kit/actor.js';
import { startEngineFixture, type EngineFixture } from '../engine/engine-fixture.js';

/** Sends a request to the clusters subgraph as the gateway does. */
export type Ask = <T = Record<string, unknown>>(
  query: string,
  variables?: Record<string, unknown>,
  caller?: { readonly account?: string; readonly scopes?: readonly string[] },
) => Promise<T>;

/** A client of the fixture's graph that throws top-level errors. */
export async function graphOf(world: EngineFixture): Promise<Ask> {
  const executor = new SubgraphExecutor(await createClustersSubgraph(world.platform), createLog('silent'));
  return async <T>(query: string, variables = {}, { account = 'acme', scopes }: Parameters<Ask>[2] = {}) => {
    const context = { actor: testActor(account, { scopes }), requestId: 'test', loaders: new Loaders() };
    const { data, errors } = await executor.execute({ query, variables }, context);
    if (errors?.length) throw new Error(JSON.stringify(errors));
    return JSON.parse(JSON.stringify(data)) as T;
  };
}

/** A fixture with a running engine, sufficient vCPU quota, and a client of its graph. */
export interface GraphWithEngine extends AsyncDisposable {
  readonly world: EngineFixture;
  /** The running engine; a test that stops it assigns another one. */
  engine: Engine;
  readonly ask: Ask;
}

export async function openGraphWithEngine(
  options: Parameters<typeof startEngineFixture>[0] = {},
): Promise<GraphWithEngine> {
  const world = await startEngineFixture(options);
  await world.limit('payg-vcpu', 1_000);
  const setup: GraphWithEngine = {
    world,
    engine: await world.engine(),
    ask: await graphOf(world),
    async [Symbol.asyncDispose]() {
      await setup.engine[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
  return setup;
}
