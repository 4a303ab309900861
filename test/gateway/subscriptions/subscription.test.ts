import { once } from 'node:events';
import { createClient as createEventSource } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { movableClock } from '../../kit/clock.js';
import { type Fixture, post, startFixture, token, until } from '../fixtures/gateway.js';
import { openSocket } from '../fixtures/socket.js';

const EVENTS = `subscription Events($after: String) {
  clusterEvents(after: $after) { cursor cluster { name createdAt region { name } workloads { name cpu } quotas { used } } }
}`;

/** More events than the buffers of the network hold. */
const MANY = 100;
const PADDED = 'subscription { clusterEvents { sequence padding } }';

const FULL = {
  name: 'one',
  createdAt: '2026-01-02T03:04:05.678Z',
  region: { name: 'Hangzhou' },
  workloads: [
    { name: 'web', cpu: 0.6 },
    { name: 'db', cpu: 0.5 },
  ],
  quotas: [{ used: 2 }],
};

describe.each(['local', 'remote'] as const)('with %s subgraphs', (mode) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture({ mode });
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  test('completes each event over a WebSocket from other subgraphs', async () => {
    const { hub, url } = fixture;
    await using socket = openSocket(url);
    const events = socket.client.iterate({ query: EVENTS, variables: { after: String(hub.events.length) } });
    const first = events.next();
    await until(() => hub.listening === 1, 'a listener');
    const { sequence } = hub.publish('acme', 'c1');
    hub.publish('other', 'x1');
    hub.publish('acme', 'x1');
    expect((await first).value).toEqual({
      data: { clusterEvents: { cursor: String(sequence), cluster: FULL } },
    });
    expect((await events.next()).value).toEqual({
      data: { clusterEvents: { cursor: String(sequence + 2), cluster: null } },
    });
    await events.return?.();
    await until(() => hub.listening === 0, 'the upstream to be closed');
  });

  test('closes the upstream when an idle socket closes', async () => {
    const { hub, url } = fixture;
    const socket = openSocket(url);
    const events = socket.client.iterate({ query: EVENTS, variables: { after: String(hub.events.length) } });
    void events.next().catch(() => undefined);
    await until(() => hub.listening === 1, 'a listener');
    socket.client.terminate();
    await until(() => hub.listening === 0, 'the upstream to be closed');
  });

  test('runs queries and mutations over the same WebSocket', async () => {
    await using socket = openSocket(fixture.url);
    const results = [];
    for await (const result of socket.client.iterate({ query: '{ cluster(id: "c1") { region { name } } }' }))
      results.push(result);
    expect(results).toMatchObject([{ data: { cluster: { region: { name: 'Hangzhou' } } } }]);
  });

  test('delivers the same over server-sent events', async () => {
    const { hub, url } = fixture;
    const headers = { authorization: `Bearer ${await token()}` };
    const client = createEventSource({ url: `${url}/graphql`, headers });
    const after = hub.events.length;
    hub.publish('acme', 'c1');
    const events = client.iterate({ query: EVENTS, variables: { after: String(after) } });
    expect((await events.next()).value).toEqual({
      data: { clusterEvents: { cursor: String(after + 1), cluster: FULL } },
    });
    client.dispose();
    await until(() => hub.listening === 0, 'the upstream to be closed');
  });

  test('ends a rejected subscription with its error code', async () => {
    await using socket = openSocket(fixture.url);
    const events = socket.client.iterate({ query: EVENTS, variables: { after: '999' } });
    await expect(events.next()).rejects.toMatchObject([
      { extensions: { code: 'INVALID_CURSOR', path: ['after'] } },
    ]);
    const streamed = await readStream(fixture.url, { query: EVENTS, variables: { after: '999' } });
    expect(streamed).toContain('"code":"INVALID_CURSOR"');
    expect(streamed.trimEnd().endsWith('event: complete\ndata:')).toBe(true);
  });

  test('masks a bug in a stream and logs it once', async () => {
    const { hub, url, log } = fixture;
    const before = log.length;
    await using socket = openSocket(url);
    const next = socket.client
      .iterate({ query: EVENTS, variables: { after: String(hub.events.length) } })
      .next();
    await until(() => hub.listening === 1, 'a listener');
    hub.fail(new Error('the secret is 67890'));
    await expect(next).rejects.toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(log.slice(before).filter((entry) => entry.level >= 50)).toMatchObject([
      { err: { message: 'the secret is 67890' } },
    ]);
  });

  test('names the streaming transports for a subscription over plain HTTP', async () => {
    const { status, errors } = await post(fixture.url, EVENTS);
    expect(status).toBe(400);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });
});

test('ends the subscription with SERVICE_UNAVAILABLE when a subgraph dies', async () => {
  await using fixture = await startFixture({ mode: 'remote' });
  await using socket = openSocket(fixture.url);
  const events = socket.client.iterate({ query: EVENTS });
  fixture.hub.publish('acme', 'c1');
  await events.next();
  await fixture.servers.get('clusters')?.[Symbol.asyncDispose]();
  await expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
});

test('applies backpressure to the upstream when a client does not read its event stream', async () => {
  await using fixture = await startFixture();
  const { hub, url } = fixture;
  for (let i = 0; i < MANY; i += 1) hub.publish('acme', 'c1');
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${await token()}`,
    },
    body: JSON.stringify({ query: PADDED }),
  });
  expect(await settled(() => hub.pulled)).toBeLessThan(MANY);
  await response.body?.cancel();
  await until(() => hub.listening === 0, 'the upstream to be closed');
});

test('applies backpressure to the upstream when a client does not read its WebSocket, without losing events', async () => {
  await using fixture = await startFixture();
  const { hub, url } = fixture;
  for (let i = 0; i < MANY; i += 1) hub.publish('acme', 'c1');
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  const sequences: number[] = [];
  socket.on('message', (text) => {
    const { payload } = JSON.parse(String(text)) as {
      payload?: { data: { clusterEvents: { sequence: number } } };
    };
    if (payload) sequences.push(payload.data.clusterEvents.sequence);
  });
  socket.send(JSON.stringify({ type: 'connection_init', payload: { token: await token() } }));
  await once(socket, 'message');
  socket.pause();
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: PADDED } }));
  expect(await settled(() => hub.pulled)).toBeLessThan(MANY);
  socket.resume();
  await until(() => sequences.length === MANY, 'every event');
  expect(sequences).toEqual(Array.from({ length: MANY }, (_, i) => i + 1));
  socket.close();
  await until(() => hub.listening === 0, 'the upstream to be closed');
});

test('closes the socket with 4411 and ends the event stream with TOKEN_EXPIRED when the token expires', async () => {
  const clock = movableClock();
  await using fixture = await startFixture({ clock });
  const bearer = await token('acme', { expiresIn: 60 });
  await using socket = openSocket(fixture.url, { token: bearer });
  const next = socket.client.iterate({ query: EVENTS }).next();
  const streamed = readStream(fixture.url, { query: PADDED, bearer });
  await until(() => fixture.hub.listening === 2, 'two listeners');
  clock.advance(61_000);
  expect(await socket.closed).toMatchObject({ code: 4411, reason: 'Token expired' });
  await expect(next).rejects.toMatchObject({ code: 4411 });
  expect(await streamed).toContain('"code":"TOKEN_EXPIRED"');
});

test('closes sockets with 1012, ends event streams and rejects new ones while draining', async () => {
  await using fixture = await startFixture();
  await using socket = openSocket(fixture.url);
  const next = socket.client.iterate({ query: EVENTS }).next();
  const streamed = readStream(fixture.url, { query: PADDED });
  await until(() => fixture.hub.listening === 2, 'two listeners');
  fixture.gateway.drain();
  const closed = await socket.closed;
  expect(closed).toMatchObject({ code: 1012 });
  // Each client gets a different delay, so that they do not reconnect at the same time.
  expect(closed.reason).toMatch(/^Service restart; retry in [1-9]\d* ms$/);
  expect(await streamed).toMatch(/\nretry: [1-9]\d*\n\n$/);
  await expect(next).rejects.toMatchObject({ code: 1012 });
  expect(await streamed).not.toContain('event: complete');
  expect((await fetch(`${fixture.url}/readyz`)).status).toBe(503);
  expect((await post(fixture.url, '{ regions { id } }')).status).toBe(200);
  await using late = openSocket(fixture.url);
  await expect(late.client.iterate({ query: EVENTS }).next()).rejects.toBeDefined();
  expect(await readStream(fixture.url, { query: EVENTS })).toContain('"code":"SERVICE_UNAVAILABLE"');
});

/** Reads an event stream to its end. */
async function readStream(
  url: string,
  { query, variables, bearer }: { query: string; variables?: object; bearer?: string },
): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${bearer ?? (await token())}`,
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

/** The value once it has been the same in thirty reads. */
async function settled(read: () => number): Promise<number> {
  let last = -1;
  let same = 0;
  await untilAsync(() => {
    same = read() === last && last > 0 ? same + 1 : 0;
    last = read();
    return same >= 30;
  });
  return last;
}

async function untilAsync(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
