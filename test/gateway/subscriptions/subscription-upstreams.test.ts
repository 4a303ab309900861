import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { createHandler } from 'graphql-sse/lib/use/http';
import { useServer } from 'graphql-ws/use/ws';
import { createClient as createEventSource } from 'graphql-sse';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ACTOR_HEADER, signActor } from '../../../kernel/actor.js';
import { closeServer, listen } from '../../../kernel/listen.js';
import { serveSubgraph } from '../../../subgraphs/runtime/server/serve-subgraph.js';
import { createLog } from '../../../kernel/log.js';
import { deriveKey } from '../../../kernel/secret.js';
import { SECRET, type FixtureOptions, startFixture, token, until } from '../fixtures/gateway.js';
import { Hub } from '../fixtures/event-hub.js';
import { relayTo } from '../fixtures/relay.js';
import { openSocket } from '../fixtures/socket.js';
import { clustersSubgraph } from '../fixtures/subgraphs.js';

const ACTOR_KEY = deriveKey(SECRET, 'actor');
const EVENTS = 'subscription ($after: String) { clusterEvents(after: $after) { cursor sequence } }';

/** A gateway that reaches its subgraph `clusters` through a relay. */
async function relayed(options: FixtureOptions = {}) {
  await using started = new AsyncDisposableStack();
  const hub = new Hub();
  const log = createLog('silent', 'subgraph');
  const served = started.use(
    await serveSubgraph(clustersSubgraph(hub), { host: '127.0.0.1', port: 0, actorKey: ACTOR_KEY, log }),
  );
  const relay = started.use(await relayTo(served.url));
  const { gateway, url } = started.use(
    await startFixture({ mode: 'remote', subgraphUrls: { clusters: relay.url }, ...options }),
  );
  const running = started.move();
  return {
    hub,
    relay,
    gateway,
    url,
    subgraph: served.url,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A gateway with a third-party subgraph. */
async function foreign(serve: (server: Server, hub: Hub) => void) {
  await using started = new AsyncDisposableStack();
  const hub = new Hub();
  const server = createServer();
  serve(server, hub);
  const base = await listen(server, '127.0.0.1', 0);
  started.defer(() => closeServer(server, 0));
  const relay = started.use(await relayTo(`${base}/graphql`));
  const { url } = started.use(await startFixture({ mode: 'remote', subgraphUrls: { clusters: relay.url } }));
  const running = started.move();
  return { hub, relay, url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const CONTEXT = { actor: { account: 'acme', subject: 'anybody' }, requestId: 'none' };

test('multiplexes subscriptions on one WebSocket to their subgraph', async () => {
  await using fixture = await relayed();
  const { hub, relay } = fixture;
  const sockets = [openSocket(fixture.url), openSocket(fixture.url)];
  const streams = Array.from({ length: 40 }, (_, i) =>
    sockets[i % 2]!.client.iterate({ query: `subscription { t${i}: ticks }` }),
  );
  const first = streams.map((stream) => stream.next());
  await until(() => hub.listening === 40, 'forty listeners');
  expect(relay.open('websocket')).toBe(1);
  expect(relay.open('event-stream')).toBe(0);
  hub.publish('acme', 'c1');
  expect((await Promise.all(first)).map(({ value }) => value as unknown)).toEqual(
    streams.map((_, i) => ({ data: { [`t${i}`]: 1 } })),
  );
  await sockets[0]!.client.dispose();
  await until(() => hub.listening === 20, 'half of the listeners');
  hub.publish('acme', 'c1');
  expect((await streams[1]!.next()).value).toEqual({ data: { t1: 2 } });
  await sockets[1]!.client.dispose();
  await until(() => hub.listening === 0, 'the upstreams to be closed');
});

test('replays on a separate connection and continues live on the shared WebSocket', async () => {
  await using fixture = await relayed();
  const { hub, relay, url } = fixture;
  hub.bookmarks = true;
  for (let i = 0; i < 300; i += 1) hub.publish('acme', 'c1');
  await using socket = openSocket(url);
  const sequences: number[] = [];
  const stop = socket.client.subscribe<{ clusterEvents: { sequence: number } }>(
    { query: EVENTS, variables: { after: '100' } },
    {
      next: ({ data }) => void (data && sequences.push(data.clusterEvents.sequence)),
      error: (error) => expect.unreachable(String(error)),
      complete: () => undefined,
    },
  );
  // Events are published while the stream changes its connection.
  while (relay.open('websocket') === 0 || relay.open('event-stream') > 0) {
    hub.publish('acme', 'c1');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  hub.publish('acme', 'c1');
  await until(() => sequences.at(-1) === hub.events.length, 'every event');
  expect(sequences).toEqual(Array.from({ length: hub.events.length - 100 }, (_, i) => 101 + i));
  await until(() => hub.listening === 1, 'the stream of what has been before to be closed');
  stop();
  await until(() => hub.listening === 0, 'the upstream to be closed');
});

test('neither delays other clients of the upstream WebSocket nor loses an event when a client does not read', async () => {
  await using fixture = await relayed({ limits: { streamQueue: 4 } });
  const { hub, relay, url } = fixture;
  hub.bookmarks = true;
  await using other = openSocket(url);
  const ticks = other.client.iterate({ query: 'subscription { ticks }' });
  const slow = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(slow, 'open');
  const sequences: number[] = [];
  slow.on('message', (text) => {
    const { payload } = JSON.parse(String(text)) as {
      payload?: { data: { clusterEvents: { sequence: number } } };
    };
    if (payload?.data) sequences.push(payload.data.clusterEvents.sequence);
  });
  slow.send(JSON.stringify({ type: 'connection_init', payload: { token: await token() } }));
  await once(slow, 'message');
  const query = 'subscription { clusterEvents { sequence padding } }';
  slow.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  const first = ticks.next();
  await until(() => hub.listening === 2, 'both listeners');
  hub.publish('acme', 'c1');
  await until(() => sequences.length === 1, 'the first event');
  await first;
  slow.pause();
  for (let i = 2; i <= 60; i += 1) {
    hub.publish('acme', 'c1');
    expect((await ticks.next()).value).toEqual({ data: { ticks: i } });
  }
  slow.resume();
  await until(() => sequences.length === 60, 'every event');
  expect(sequences).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  // The subscriber was detached and caught up separately.
  expect(relay.openedCount('event-stream')).toBeGreaterThan(0);
  slow.close();
});

test('ends streams of a silent subgraph so that clients resume', async () => {
  await using fixture = await relayed({ pingInterval: 500 });
  await using socket = openSocket(fixture.url);
  const next = socket.client.iterate({ query: 'subscription { ticks }' }).next();
  await until(() => fixture.hub.listening === 1, 'a listener');
  fixture.relay.freeze();
  await expect(next).rejects.toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
});

test('falls back to server-sent events for a subgraph without WebSockets', async () => {
  await using fixture = await foreign((server, hub) => {
    const { schema } = clustersSubgraph(hub);
    const handler = createHandler({ schema, context: CONTEXT as never });
    server.on('request', (request, response) => void handler(request, response));
  });
  const { hub, relay, url } = fixture;
  const client = createEventSource({
    url: `${url}/graphql`,
    headers: { authorization: `Bearer ${await token()}` },
  });
  const subscribe = (alias: string) => client.iterate({ query: `subscription { ${alias}: ticks }` }).next();
  const first = [subscribe('a')];
  await until(() => hub.listening === 1, 'a listener');
  first.push(subscribe('b'), subscribe('c'));
  await until(() => hub.listening === 3, 'two more listeners');
  hub.publish('acme', 'c1');
  expect((await Promise.all(first)).map(({ value }) => value as unknown)).toEqual([
    { data: { a: 1 } },
    { data: { b: 1 } },
    { data: { c: 1 } },
  ]);
  expect(relay.openedCount('websocket')).toBe(1);
  expect(relay.open('event-stream')).toBe(3);
  client.dispose();
  await until(() => relay.open('event-stream') === 0, 'the upstreams to be closed');
});

test('subscribes to a subgraph that only supports WebSockets', async () => {
  await using fixture = await foreign((server, hub) => {
    const { schema } = clustersSubgraph(hub);
    useServer({ schema, context: CONTEXT }, new WebSocketServer({ server, path: '/graphql' }));
  });
  await using socket = openSocket(fixture.url);
  const next = socket.client.iterate({ query: 'subscription { ticks }' }).next();
  await until(() => fixture.hub.listening === 1, 'a listener');
  fixture.hub.publish('acme', 'c1');
  expect((await next).value).toEqual({ data: { ticks: 1 } });
});

test('accepts WebSockets at the subgraph only from gateways, and operations only with a signed actor', async () => {
  await using fixture = await relayed();
  const { hub, subgraph } = fixture;
  const at = new URL(subgraph).origin;
  const actor = { account: 'acme', subject: 'somebody' };
  const vouched = await signActor(actor, ACTOR_KEY);
  const forged = await signActor(actor, deriveKey('another secret, of a stranger', 'actor'));
  for (const params of [{}, { [ACTOR_HEADER]: forged }, { [ACTOR_HEADER]: 7 }, { authorization: vouched }]) {
    await using unsigned = openSocket(at, params);
    await expect(unsigned.client.iterate({ query: 'subscription { ticks }' }).next()).rejects.toMatchObject({
      code: 4403,
    });
  }
  await using signed = openSocket(at, { [ACTOR_HEADER]: vouched });
  for (const extensions of [undefined, {}, { headers: [] }, { headers: { [ACTOR_HEADER]: forged } }]) {
    const payload = { query: 'subscription { ticks }', ...(extensions && { extensions }) };
    await expect(signed.client.iterate(payload).next()).rejects.toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  }
  expect(hub.listening).toBe(0);
  const other = await signActor({ account: 'other', subject: 'somebody' }, ACTOR_KEY);
  const extensions = { headers: { [ACTOR_HEADER]: other } };
  const next = signed.client.iterate({ query: 'subscription { ticks }', extensions }).next();
  await until(() => hub.listening === 1, 'a listener');
  hub.publish('acme', 'c1');
  hub.publish('other', 'x1');
  expect((await next).value).toEqual({ data: { ticks: 2 } });
});
