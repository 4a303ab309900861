import { afterEach, beforeEach, expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { type Fixture, post, startFixture, until } from '../fixtures/gateway.js';
import { type RawSocket, rawSocket } from '../fixtures/raw-socket.js';
import { clustersSubgraph, fixtureSubgraphs } from '../fixtures/subgraphs.js';

const EVENTS = 'subscription { clusterEvents { sequence cluster { name quotas { used } } } }';

let fixture: Fixture;
let socket: RawSocket;
beforeEach(async () => {
  fixture = await startFixture({ mode: 'remote' });
  socket = await rawSocket(fixture.url);
  await socket.initialise();
});
afterEach(async () => {
  await socket[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

function sequences(): number[] {
  return socket.messages.flatMap(({ payload }) => {
    const { data } = Object(payload) as { data?: { clusterEvents: { sequence: number } } };
    return data ? [data.clusterEvents.sequence] : [];
  });
}

function supergraph(change: (sdl: string) => string = (sdl) => sdl): string {
  return composeSupergraph(
    fixtureSubgraphs(fixture.hub).map(({ name, sdl }) => ({ name, sdl: change(sdl) })),
  );
}

function withoutQuotas(sdl: string): string {
  return sdl.replace('id: ID! quotas: [Quota!]! }', 'id: ID! limits: [Quota!]! }');
}

test('continues streams over a reload of the supergraph without gap or duplicate', async () => {
  const { hub, gateway } = fixture;
  socket.send({ id: '1', type: 'subscribe', payload: { query: EVENTS } });
  await until(() => hub.listening === 1, 'the upstream');
  for (let round = 0; round < 5; round += 1) {
    for (let i = 0; i < 5; i += 1) hub.publish('acme', 'c1');
    await gateway.reload(supergraph());
    for (let i = 0; i < 5; i += 1) hub.publish('acme', 'c1');
    await until(() => sequences().length === (round + 1) * 10, 'ten more events');
  }
  expect(sequences()).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  await until(() => hub.listening === 1, 'one execution');
  expect(socket.messages.filter(({ type }) => type !== 'next')).toEqual([{ type: 'connection_ack' }]);
});

test('ends a stream with errors when the new supergraph does not have its field', async () => {
  const { hub, gateway } = fixture;
  socket.send({ id: '1', type: 'subscribe', payload: { query: EVENTS } });
  await until(() => hub.listening === 1, 'the upstream');
  hub.publish('acme', 'c1');
  await socket.waitFor('next');
  await gateway.reload(supergraph((sdl) => withoutQuotas(sdl)));
  expect(await socket.waitFor('error')).toMatchObject({
    payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
});

test('executes queries with the new supergraph immediately; an invalid supergraph changes nothing', async () => {
  const { gateway, url } = fixture;
  const query = '{ cluster(id: "c1") { quotas { used } } }';
  expect((await post(url, query)).errors).toBeUndefined();
  await expect(gateway.reload('type Query { nothing: Int }')).rejects.toThrow();
  expect((await post(url, query)).errors).toBeUndefined();
  await gateway.reload(supergraph(withoutQuotas));
  expect((await post(url, query)).errors).toMatchObject([
    { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ]);
  await gateway.reload(supergraph());
  expect((await post(url, query)).errors).toBeUndefined();
});

test('sends requests to the new URL of a subgraph and resumes its streams there', async () => {
  const { hub, gateway } = fixture;
  socket.send({
    id: '1',
    type: 'subscribe',
    payload: { query: 'subscription { clusterEvents { sequence } }' },
  });
  await until(() => hub.listening === 1, 'the upstream');
  hub.publish('acme', 'c1');
  await socket.waitFor('next');
  const moved = fixtureSubgraphs(hub).map(({ name, sdl }) => ({
    name,
    sdl,
    ...(name === 'clusters' ? { url: 'http://moved.example.com/graphql' } : {}),
  }));
  expect(moved.map(({ name }) => name)).toContain(clustersSubgraph(hub).name);
  await gateway.reload(composeSupergraph(moved));
  await until(() => hub.opened.length === 2, 'the stream to be opened again');
  expect(hub.opened).toEqual([null, '1']);
  hub.publish('acme', 'c1');
  await until(() => sequences().length === 2, 'the next event');
  expect(sequences()).toEqual([1, 2]);
});
