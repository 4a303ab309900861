import { EventLog } from '../../engine/events/event-log.js';
import { KubernetesApis } from '../../engine/kubernetes/kubernetes-apis.js';
import type { Platform } from '../../engine/platform.js';
import { createSimulatedProvider } from '../../engine/providers/simulated/simulated-provider.js';
import { type Clock, systemClock } from '../../kernel/clock.js';
import { EventCursors } from '../../engine/events/event-cursor.js';
import { SubgraphExecutor } from '../../subgraphs/runtime/execution/subgraph-executor.js';
import type { SubgraphResult } from '../../protocol/wire.js';
import { Loaders } from '../../kernel/loaders.js';
import { createLog } from '../../kernel/log.js';
import type { ExecutionContext, Subgraph } from '../../subgraphs/runtime/subgraph.js';
import { createClustersSubgraph } from '../../subgraphs/clusters/subgraph.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { testActor } from '../kit/actor.js';

/** A response; the test gives the type of `data`. */
export interface GraphQLResponse<T> {
  readonly data: T;
  readonly errors: SubgraphResult['errors'];
}

export interface ClustersKitOptions {
  readonly clock?: Clock;
  /** The simulated cloud; without it the provider's URL refuses connections. */
  readonly cloud?: { readonly cloudUrl: string; readonly token: string };
}

/** The clusters subgraph on a separate database, called as the gateway calls it, without an engine. */
export interface ClustersKit extends AsyncDisposable {
  readonly kit: TestDatabase;
  readonly platform: Platform;
  readonly subgraph: Subgraph;
  /** Runs a query or mutation as an account. */
  run<T = unknown>(
    query: string,
    variables?: Record<string, unknown>,
    account?: string,
  ): Promise<GraphQLResponse<T>>;
  /** Opens a subscription as an account. */
  open<T = unknown>(
    query: string,
    variables?: Record<string, unknown>,
    account?: string,
  ): Promise<AsyncGenerator<GraphQLResponse<T>>>;
}

export async function openClusters(options: ClustersKitOptions = {}): Promise<ClustersKit> {
  const kit = await createTestDatabase();
  const log = createLog('fatal');
  const platform: Platform = {
    database: kit.database,
    clock: options.clock ?? systemClock,
    log,
    cursors: new EventCursors(new Uint8Array(32)),
    documentKey: new Uint8Array(32),
    events: await EventLog.open(kit.database, log),
    provider: createSimulatedProvider(options.cloud ?? { cloudUrl: 'http://127.0.0.1:9', token: 'none' }),
    kubernetes: new KubernetesApis(kit.database),
    rights: kit.rights,
  };
  const subgraph = await createClustersSubgraph(platform);
  const executor = new SubgraphExecutor(subgraph, log);
  return {
    kit,
    platform,
    subgraph,
    run: async <T>(query: string, variables = {}, account = 'acme') =>
      (await executor.execute({ query, variables }, contextOf(account))) as unknown as GraphQLResponse<T>,
    open: async <T>(query: string, variables = {}, account = 'acme') =>
      (await executor.subscribe({ query, variables }, () => contextOf(account))) as unknown as AsyncGenerator<
        GraphQLResponse<T>
      >,
    async [Symbol.asyncDispose]() {
      await platform.kubernetes[Symbol.asyncDispose]();
      await platform.events[Symbol.asyncDispose]();
      await kit[Symbol.asyncDispose]();
    },
  };
}

function contextOf(account: string): ExecutionContext {
  return {
    actor: testActor(account, { subject: `${account}-tester` }),
    requestId: 'test',
    loaders: new Loaders(),
  };
}
