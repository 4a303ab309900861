import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLScalarType, parse } from 'graphql';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import type { SubgraphLocation } from '../../../gateway/server.js';
import { serveSubgraph } from '../../../subgraphs/runtime/server/serve-subgraph.js';
import { deriveKey } from '../../../kernel/secret.js';
import type { RequestContext, Subgraph, SubgraphName } from '../../../subgraphs/runtime/subgraph.js';
import { SECRET, startFixture, token, until } from '../fixtures/gateway.js';
import { openSocket } from '../fixtures/socket.js';
import { SubgraphExecutor } from '../../../subgraphs/runtime/execution/subgraph-executor.js';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n`;

function define(name: SubgraphName, types: string, resolvers: object): Subgraph {
  const sdl = LINK + types;
  return { name, sdl, schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never }) };
}

/** Events by sequence number. */
class EventSource {
  private published = 0;
  private wake: () => void = () => undefined;

  publish(): void {
    this.published += 1;
    this.wake();
  }

  async *follow(after: number) {
    for (let sequence = after + 1; ; sequence += 1) {
      while (sequence > this.published) await new Promise<void>((resolve) => (this.wake = resolve));
      yield { sequence };
    }
  }
}

/** A subgraph with two streams of changes; the cursors of one of them are event cursors. */
const changes = (eventSource: EventSource) => {
  const stream = {
    subscribe: (_: unknown, { after }: { after?: string | null }) => eventSource.follow(Number(after ?? 0)),
    resolve: ({ sequence }: { sequence: number }) => ({ cursor: String(sequence), thing: { id: '1' } }),
  };
  return define(
    'clusters',
    `scalar EventCursor
     type Query { nothing: Int }
     type Thing @key(fields: "id") { id: ID! }
     type Change { cursor: EventCursor! thing: Thing! }
     type Word { cursor: String! thing: Thing! }
     type Subscription { changes(after: EventCursor): Change! words(after: String): Word! }`,
    {
      EventCursor: new GraphQLScalarType({ name: 'EventCursor' }),
      Subscription: { changes: stream, words: stream },
    },
  );
};

/** Reads from a lagging replica, up to `version`. */
class Replica {
  version = 0;
  /** Minimum resource versions of its requests. */
  readonly awaited: (string | undefined)[] = [];

  readonly subgraph: Subgraph = {
    ...define('quotas', 'type Thing @key(fields: "id") { id: ID! version: Int! }', {
      Thing: { __resolveReference: ({ id }: { id: string }) => ({ id, version: this.version }) },
    }),
    waitForVersion: async ({ minResourceVersion }: RequestContext) => {
      this.awaited.push(minResourceVersion);
      await until(() => this.version >= Number(minResourceVersion), 'the replica to have seen the event');
    },
  };
}

let stack: AsyncDisposableStack;
let eventSource: EventSource;
let replica: Replica;
beforeEach(() => {
  stack = new AsyncDisposableStack();
  eventSource = new EventSource();
  replica = new Replica();
});
afterEach(() => stack.disposeAsync());

/** Starts a gateway with both subgraphs, in this process or over HTTP, and returns its URL. */
async function start(mode: string): Promise<string> {
  const subgraphs = [changes(eventSource), replica.subgraph];
  const locations: Record<string, SubgraphLocation> = {};
  for (const subgraph of subgraphs) {
    if (mode === 'in this process') {
      locations[subgraph.name] = {
        kind: 'local',
        subgraph: new SubgraphExecutor(subgraph, pino({ level: 'silent' })),
      };
      continue;
    }
    const actorKey = deriveKey(SECRET, 'actor');
    const log = pino({ level: 'silent' });
    const server = stack.use(await serveSubgraph(subgraph, { host: '127.0.0.1', port: 0, actorKey, log }));
    locations[subgraph.name] = { kind: 'remote', url: server.url };
  }
  const supergraphSdl = composeSupergraph(subgraphs);
  return stack.use(await startFixture({ supergraphSdl, subgraphs: locations })).url;
}

async function subscribe(url: string, field: string) {
  const socket = stack.use(openSocket(url, { token: await token() }));
  return socket.client.iterate({ query: `subscription { ${field} { thing { version } } }` });
}

describe.each(['in this process', 'over HTTP'])('completion of events from a subgraph %s', (mode) => {
  test('waits until a lagging subgraph has the event', async () => {
    const url = await start(mode);
    const events = await subscribe(url, 'changes');
    for (const version of [1, 2]) {
      const event = events.next();
      eventSource.publish();
      await until(() => replica.awaited.length === version, 'a request to the replica');
      replica.version = version;
      expect(await event).toMatchObject({ value: { data: { changes: { thing: { version } } } } });
    }
    expect(replica.awaited).toEqual(['1', '2']);
  });

  test('has no minimum version when positions are not event cursors', async () => {
    const url = await start(mode);
    const events = await subscribe(url, 'words');
    eventSource.publish();
    expect(await events.next()).toMatchObject({ value: { data: { words: { thing: { version: 0 } } } } });
    expect(replica.awaited).toEqual([]);
  });
});
