import { EventLog } from '../../../engine/events/event-log.js';
import type { NewEvent } from '../../../engine/contract.js';
import { KubernetesApis } from '../../../engine/kubernetes/kubernetes-apis.js';
import type { Platform } from '../../../engine/platform.js';
import { EventCursors } from '../../../engine/events/event-cursor.js';
import { logEvents } from '../../../engine/events/event-transaction.js';
import { SubgraphExecutor } from '../../../subgraphs/runtime/execution/subgraph-executor.js';
import type { SubgraphResult } from '../../../protocol/wire.js';
import { Loaders } from '../../../kernel/loaders.js';
import { createLog } from '../../../kernel/log.js';
import { deriveKey } from '../../../kernel/secret.js';
import type { Subgraph } from '../../../subgraphs/runtime/subgraph.js';
import { createObservabilitySubgraph } from '../../../subgraphs/observability/subgraph.js';
import { type AskSubgraph, askSubgraph } from '../../kit/ask-subgraph.js';
import { type MovableClock, movableClock } from '../../kit/clock.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { testActor } from '../../kit/actor.js';

/** The observability subgraph on a separate database. */
export interface ObservabilityWorld extends AsyncDisposable {
  readonly kit: TestDatabase;
  readonly clock: MovableClock;
  readonly platform: Platform;
  readonly subgraph: Subgraph;
  readonly ask: AskSubgraph;
  /** Appends events in one transaction. */
  append(account: string, ...events: TestEvent[]): Promise<void>;
  subscribe(
    account: string,
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<AsyncGenerator<SubgraphResult, undefined>>;
}

export async function startObservability(): Promise<ObservabilityWorld> {
  await using started = new AsyncDisposableStack();
  const kit = started.use(await createTestDatabase());
  const log = createLog('silent');
  const clock = movableClock();
  const platform: Platform = {
    database: kit.database,
    clock,
    log,
    cursors: new EventCursors(deriveKey('a-secret-of-at-least-32-characters', 'cursor')),
    documentKey: new Uint8Array(32),
    events: started.use(await EventLog.open(kit.database, log)),
    kubernetes: started.use(new KubernetesApis(kit.database)),
    rights: kit.rights,
    provider: undefined as never,
  };
  const subgraph = await createObservabilitySubgraph(platform);
  const executor = new SubgraphExecutor(subgraph, log);
  const running = started.move();
  return {
    kit,
    clock,
    platform,
    subgraph,
    ask: askSubgraph(subgraph),
    append: (account, ...events) =>
      logEvents(kit.database.prisma, account, clock.now(), events.map(complete)),
    subscribe: (account, query, variables = {}) =>
      executor.subscribe({ query, variables }, () => ({
        actor: testActor(account),
        requestId: 'test',
        loaders: new Loaders(),
      })),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** An event, also of a type that this release does not know. */
type TestEvent = Partial<Omit<NewEvent, 'type'>> & { readonly type?: string };

function complete(event: TestEvent): NewEvent {
  return {
    category: 'PROVISIONING',
    type: 'NODE_READY',
    reason: 'NodeReady',
    message: 'A node is ready.',
    ...event,
  } as NewEvent;
}

/** Reads the next `count` results of a stream, then closes it. */
export async function takeResults(
  stream: AsyncGenerator<SubgraphResult, undefined>,
  count: number,
): Promise<SubgraphResult[]> {
  const results: SubgraphResult[] = [];
  for await (const result of stream) {
    if (result.bookmark) continue;
    results.push(result);
    if (results.length >= count) break;
  }
  return results;
}
