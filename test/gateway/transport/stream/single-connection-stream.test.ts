import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReceivedEvent } from '../../../../protocol/server-sent-events.js';
import { readEvents } from '../../../kit/read-events.js';
import {
  EVENTS,
  type EventStreams,
  openEventStreams,
  readUntil,
  STREAM,
} from '../../fixtures/event-streams.js';
import { startFixture, token, until } from '../../fixtures/gateway.js';

let streams: EventStreams;
beforeAll(async () => {
  streams = await openEventStreams();
});
afterAll(() => streams[Symbol.asyncDispose]());

describe('server-sent events in single connection mode', () => {
  const reserve = async () => {
    const response = await streams.ask({ method: 'PUT' });
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toContain('text/plain');
    return response.text();
  };
  const named = (stream: string) => ({ 'x-graphql-event-stream-token': stream });
  const open = (stream: string, signal?: AbortSignal) =>
    streams.ask({ headers: { ...STREAM, ...named(stream) }, ...(signal ? { signal } : {}) });
  const run = (stream: string, operationId: unknown, query: string) =>
    streams.ask({
      method: 'POST',
      headers: named(stream),
      body: { query, extensions: operationId === undefined ? {} : { operationId } },
    });

  test('operations are accepted with 202 and answered on the stream with their ids', async () => {
    const stream = await reserve();
    const response = await open(stream);
    expect(response.status).toBe(200);
    expect((await run(stream, 'q1', '{ cluster(id: "c1") { name } }')).status).toBe(202);
    expect((await run(stream, 'q2', 'subscription { countdown(from: 2) }')).status).toBe(202);
    const text = await readUntil(response, /complete[^]*complete[^]*\n\n/);
    const events: ReceivedEvent[] = [];
    for await (const event of readEvents(chunk(text))) events.push(event);
    const of = (id: string) => events.filter(({ data }) => (JSON.parse(data) as { id: string }).id === id);
    expect(of('q1').map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(JSON.parse(of('q1')[0]!.data)).toMatchObject({ payload: { data: { cluster: { name: 'one' } } } });
    expect(of('q2').map(({ event, data }) => [event, JSON.parse(data) as unknown])).toEqual([
      ['next', { id: 'q2', payload: { data: { countdown: 2 } } }],
      ['next', { id: 'q2', payload: { data: { countdown: 1 } } }],
      ['complete', { id: 'q2' }],
    ]);
  });

  test.each([
    ['does not parse', '{', 400, 'GRAPHQL_PARSE_FAILED'],
    ['is not valid', '{ nothing }', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['has several operations', 'query A { version } query B { version }', 400, 'BAD_REQUEST'],
    ['is empty', '', 400, 'BAD_REQUEST'],
  ])(
    'answers a document that %s with a status instead of an event, and leaves its id free',
    async (_, query, status, code) => {
      const stream = await reserve();
      const response = await open(stream);
      const refused = await run(stream, 'same', query);
      expect(refused.status).toBe(status);
      expect(refused.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code } }] });
      expect((await run(stream, 'same', '{ version }')).status).toBe(202);
      const text = await readUntil(response, /complete/);
      expect(text.match(/event: next/g)).toHaveLength(1);
    },
  );

  test('accepts a query by GET and rejects a mutation by GET with 405', async () => {
    const stream = await reserve();
    const response = await open(stream);
    const get = (query: string) => {
      const extensions = encodeURIComponent(JSON.stringify({ operationId: 'got' }));
      const search = `?query=${encodeURIComponent(query)}&extensions=${extensions}`;
      return streams.ask({ headers: named(stream), search });
    };
    expect((await get('mutation { rename(name: "x") { name } }')).status).toBe(405);
    expect((await get('{ version }')).status).toBe(202);
    expect(await readUntil(response, /complete/)).toContain('{"id":"got","payload":{"data":{"version":"1"}');
  });

  test('the graphql-sse client receives errors of a document', async () => {
    const client = createClient({
      url: `${streams.fixture.url}/graphql`,
      singleConnection: true,
      headers: { authorization: streams.bearer },
      retryAttempts: 0,
    });
    await expect(client.iterate({ query: '{ nothing }' }).next()).rejects.toMatchObject({
      response: { status: 400 },
    });
    client.dispose();
  });

  test('ends only the operation whose token expires, not the stream', async () => {
    const stream = await reserve();
    const response = await open(stream);
    const before = streams.fixture.hub.listening;
    const authorization = `Bearer ${await token('acme', { expiresIn: 60 })}`;
    const asked = await streams.ask({
      method: 'POST',
      headers: { ...named(stream), authorization },
      body: { query: EVENTS, extensions: { operationId: 'short' } },
    });
    expect(asked.status).toBe(202);
    expect((await run(stream, 'long', EVENTS.replace('sequence', 'cursor'))).status).toBe(202);
    await until(() => streams.fixture.hub.listening === before + 2, 'two listeners');
    streams.clock.advance(61_000);
    await until(() => streams.fixture.hub.listening === before + 1, 'the upstream to be closed');
    streams.fixture.hub.publish('acme', 'c1');
    const text = await readUntil(response, /data: {"id":"short"}[^]*"id":"long","payload"/);
    expect(text).toMatch(/"id":"short","payload":\{"errors":\[\{"message":"The token has expired/);
    expect(text).toContain('data: {"id":"short"}');
  });

  test('queues events until the stream is opened', async () => {
    const stream = await reserve();
    expect((await run(stream, 'early', '{ version }')).status).toBe(202);
    const text = await readUntil(await open(stream), /complete/);
    expect(text).toContain('{"id":"early","payload":{"data":{"version":"1"}');
  });

  test('accepts the stream token in the query string, for EventSource', async () => {
    const stream = await reserve();
    const response = await streams.ask({ headers: STREAM, search: `?token=${stream}` });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test('an open stream cannot be opened again: 409', async () => {
    const stream = await reserve();
    const response = await open(stream);
    expect((await open(stream)).status).toBe(409);
    await response.body?.cancel();
  });

  test('answers 404 for a stream that does not exist, has ended or belongs to another subject', async () => {
    expect((await open('unknown')).status).toBe(404);
    expect((await run('unknown', '1', '{ version }')).status).toBe(404);
    expect(
      (await streams.ask({ method: 'DELETE', headers: named('unknown'), search: '?operationId=1' })).status,
    ).toBe(404);
    const stream = await reserve();
    const other = `Bearer ${await token('other')}`;
    const stolen = await streams.ask({ headers: { ...STREAM, ...named(stream), authorization: other } });
    expect(stolen.status).toBe(404);
    const response = await open(stream);
    await response.body?.cancel();
    await eventually(async () => (await run(stream, '1', '{ version }')).status === 404);
  });

  test('rejects an operation without an id or with a very long one with 400, and an id in use with 409', async () => {
    const stream = await reserve();
    const response = await open(stream);
    expect((await run(stream, undefined, '{ version }')).status).toBe(400);
    expect((await run(stream, 7, '{ version }')).status).toBe(400);
    expect((await run(stream, 'x'.repeat(1001), '{ version }')).status).toBe(400);
    expect((await run(stream, 'same', 'subscription { ticks }')).status).toBe(202);
    expect((await run(stream, 'same', 'subscription { ticks }')).status).toBe(409);
    await response.body?.cancel();
    await until(() => streams.fixture.hub.listening === 0, 'the upstream to be closed');
  });

  test('DELETE ends an operation and sends complete; without an id it is rejected with 400', async () => {
    const { hub } = streams.fixture;
    const stream = await reserve();
    const response = await open(stream);
    await run(stream, 'ticking', 'subscription { ticks }');
    await until(() => hub.listening === 1, 'the upstream');
    expect((await streams.ask({ method: 'DELETE', headers: named(stream) })).status).toBe(400);
    const ended = await streams.ask({
      method: 'DELETE',
      headers: named(stream),
      search: '?operationId=ticking',
    });
    expect(ended.status).toBe(200);
    await until(() => hub.listening === 0, 'its end');
    expect(await readUntil(response, /complete/)).toContain('event: complete\ndata: {"id":"ticking"}');
  });

  test('rejects more operations than a connection may run with 429', async () => {
    const stream = await reserve();
    const response = await open(stream);
    const statuses = [];
    for (const id of ['1', '2', '3', '4'])
      statuses.push((await run(stream, id, 'subscription { ticks }')).status);
    expect(statuses).toEqual([202, 202, 202, 429]);
    await response.body?.cancel();
    await until(() => streams.fixture.hub.listening === 0, 'the upstream to be closed');
  });

  test('removes a reserved stream that is not opened in time', async () => {
    await using quick = await startFixture({ limits: { connectionInitTimeout: 20 } });
    const reserved = await fetch(`${quick.url}/graphql`, {
      method: 'PUT',
      headers: { authorization: streams.bearer },
    });
    const stream = await reserved.text();
    await eventually(async () => {
      const headers = { authorization: streams.bearer, ...named(stream), 'content-type': 'application/json' };
      const body = JSON.stringify({ query: '{ version }', extensions: { operationId: crypto.randomUUID() } });
      return (await fetch(`${quick.url}/graphql`, { method: 'POST', headers, body })).status === 404;
    });
  });

  test('the graphql-sse client runs queries and subscriptions over one connection', async () => {
    const { hub } = streams.fixture;
    const client = createClient({
      url: `${streams.fixture.url}/graphql`,
      singleConnection: true,
      headers: { authorization: streams.bearer },
    });
    const events = client.iterate({ query: EVENTS, variables: { after: String(hub.events.length) } });
    const next = events.next();
    const queried = client.iterate({ query: '{ cluster(id: "c2") { name } }' });
    expect((await queried.next()).value).toMatchObject({ data: { cluster: { name: 'two' } } });
    expect((await queried.next()).done).toBe(true);
    const { sequence } = hub.publish('acme', 'c1');
    expect((await next).value).toEqual({ data: { clusterEvents: { sequence } } });
    await events.return?.();
    await until(() => hub.listening === 0, 'the upstream to be closed');
    client.dispose();
  });
});

async function* chunk(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('not within thirty seconds');
  }
}
