import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReceivedEvent } from '../../kernel/graph/event-stream.js';
import { readEvents } from '../kit/read-events.js';
import { type Fixture, startFixture, token, until } from './fixtures/gateway.js';

const EVENTS = 'subscription Events($after: String) { clusterEvents(after: $after) { sequence } }';

let fixture: Fixture;
let bearer: string;
beforeAll(async () => {
  fixture = await startFixture({
    limits: { connectionInitTimeout: 2000, operationsPerSocket: 3, heartbeat: 20, connectionsPerAccount: 5 },
  });
  bearer = `Bearer ${await token()}`;
});
afterAll(() => fixture[Symbol.asyncDispose]());

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: object;
  readonly search?: string;
  readonly signal?: AbortSignal;
}

function ask({ method = 'GET', headers, body, search = '', signal }: Ask): Promise<Response> {
  return fetch(`${fixture.url}/graphql${search}`, {
    method,
    headers: {
      authorization: bearer,
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(signal ? { signal } : {}),
  });
}

const STREAM = { accept: 'text/event-stream' };

function post(body: object, headers: Record<string, string> = {}): Promise<Response> {
  return ask({ method: 'POST', body, headers: { ...STREAM, ...headers } });
}

async function eventsOf(response: Response): Promise<ReceivedEvent[]> {
  const events = [];
  for await (const event of readEvents(response.body!)) events.push(event);
  return events;
}

describe('server-sent events, one connection an operation', () => {
  test('a query is an event next, then complete, by POST and by GET', async () => {
    const query = '{ cluster(id: "c1") { name } }';
    for (const response of [
      await post({ query }),
      await ask({ headers: STREAM, search: `?query=${encodeURIComponent(query)}` }),
    ]) {
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      const [next, complete, ...rest] = await eventsOf(response);
      expect(next?.event).toBe('next');
      expect(JSON.parse(next?.data ?? '')).toMatchObject({ data: { cluster: { name: 'one' } } });
      expect(complete).toEqual({ event: 'complete', data: '' });
      expect(rest).toEqual([]);
    }
  });

  test('headers come at once and comments keep a stream alive on which nothing happens', async () => {
    const response = await post({ query: 'subscription { ticks }' });
    expect(response.status).toBe(200);
    const reader = response.body!.getReader();
    let text = '';
    while (text.split(':\n\n').length < 5) text += new TextDecoder().decode((await reader.read()).value);
    expect(text.replaceAll(':\n\n', '')).toBe('');
    await reader.cancel();
    await until(() => fixture.hub.listening === 0, 'the upstream to be closed');
  });

  test('a subscription that ends by itself is next for each event, then complete, and the end', async () => {
    const events = await eventsOf(await post({ query: 'subscription { countdown(from: 2) }' }));
    expect(events).toEqual([
      { event: 'next', data: '{"data":{"countdown":2}}' },
      { event: 'next', data: '{"data":{"countdown":1}}' },
      { event: 'complete', data: '' },
    ]);
  });

  test.each([
    ['text/event-stream', 'text/event-stream'],
    ['Text/Event-Stream; charset=utf-8', 'text/event-stream'],
    ['application/json;q=0.5, text/event-stream', 'text/event-stream'],
    ['application/json, text/event-stream', 'application/json'],
    ['text/event-stream;q=0.5, application/graphql-response+json', 'application/graphql-response+json'],
    ['text/event-stream;q=0, application/json', 'application/json'],
    ['application/json, */*;note="text/event-stream"', 'application/json'],
    ['application/json, text/event-streams', 'application/json'],
  ])('a query of who takes %s is answered as %s', async (accept, type) => {
    const response = await post({ query: '{ version }' }, { accept });
    expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    expect(await response.text()).toContain('{"version":"1"}');
  });

  test.each([
    ['text/event-stream;q=0.5, application/json', 200],
    ['application/json, text/event-stream', 200],
    ['text/event-stream;q=0, application/json', 400],
    ['application/json, text/plain;note="text/event-stream"', 400],
  ])('a subscription of who takes %s is answered with %i', async (accept, status) => {
    const response = await post({ query: 'subscription { countdown(from: 1) }' }, { accept });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain(status === 200 ? 'event-stream' : 'json');
    await response.body?.cancel();
  });

  test('what is wrong with a document is the only event of a stream', async () => {
    const events = await eventsOf(await post({ query: '{ nothing }' }));
    expect(events.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(events[0]?.data).toContain('GRAPHQL_VALIDATION_FAILED');
  });

  test('a mutation by GET is refused with 405, a request without a query is told so', async () => {
    const query = encodeURIComponent('mutation { rename(name: "x") { name } }');
    expect((await ask({ headers: STREAM, search: `?query=${query}` })).status).toBe(405);
    const events = await eventsOf(await post({}));
    expect(events[0]?.data).toContain('BAD_REQUEST');
  });

  test('a browser that comes back with the id of its last event goes on behind it', async () => {
    const { hub } = fixture;
    const first = hub.events.length;
    for (let i = 0; i < 3; i += 1) hub.publish('acme', 'c1');
    const text = await readSome(await post({ query: EVENTS, variables: { after: String(first) } }), 3);
    const ids = [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
    expect(ids).toEqual([1, 2, 3].map((i) => String(first + i)));
    const again = await readSome(await post({ query: EVENTS }, { 'last-event-id': ids[0]! }), 2);
    expect([...again.matchAll(/"sequence":(\d+)/g)].map(([, n]) => Number(n))).toEqual([
      first + 2,
      first + 3,
    ]);
  });

  test('a bookmark is an id without an event, or an event for who asks for it', async () => {
    const { hub } = fixture;
    await until(() => hub.listening === 0, 'the end of other streams');
    hub.bookmarks = true;
    const variables = { after: String(hub.events.length) };
    const plain = await readUntil(await post({ query: EVENTS, variables }), /^id: \d+\n\n/m);
    expect(plain).not.toContain('event:');
    await until(() => hub.listening === 0, 'the end of the first stream');
    const extensions = { bookmarks: true };
    const asked = await readUntil(await post({ query: EVENTS, variables, extensions }), /bookmark/);
    hub.bookmarks = false;
    expect(asked).toContain(`{"data":null,"extensions":{"bookmark":{"cursor":"${hub.events.length}"}}}`);
  });

  test('a document may be named by its hash', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'b'.repeat(64) } };
    const [event] = await eventsOf(await post({ extensions }));
    expect(event?.data).toContain('PERSISTED_QUERY_NOT_FOUND');
  });

  test('more streams than an account may have are refused with 429', async () => {
    const streams = await Promise.all(
      Array.from({ length: 5 }, () => post({ query: 'subscription { ticks }' })),
    );
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await post({ query: 'subscription { ticks }' })).status).toBe(429);
    for (const { body } of streams) await body?.cancel();
    await until(() => fixture.hub.listening === 0, 'the upstream to be closed');
  });

  test('the graphql-sse client gets events until it leaves', async () => {
    const client = createClient({ url: `${fixture.url}/graphql`, headers: { authorization: bearer } });
    const { hub } = fixture;
    const events = client.iterate({ query: EVENTS, variables: { after: String(hub.events.length) } });
    const { sequence } = hub.publish('acme', 'c1');
    expect((await events.next()).value).toEqual({ data: { clusterEvents: { sequence } } });
    client.dispose();
    await until(() => hub.listening === 0, 'the upstream to be closed');
  });
});

describe('server-sent events, one connection for many operations', () => {
  const reserve = async () => {
    const response = await ask({ method: 'PUT' });
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toContain('text/plain');
    return response.text();
  };
  const named = (stream: string) => ({ 'x-graphql-event-stream-token': stream });
  const open = (stream: string, signal?: AbortSignal) =>
    ask({ headers: { ...STREAM, ...named(stream) }, ...(signal ? { signal } : {}) });
  const run = (stream: string, operationId: unknown, query: string) =>
    ask({
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
    ['is none', '', 400, 'BAD_REQUEST'],
  ])(
    'what %s is answered with a status, not on the stream, and its id stays free',
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

  test('a query may come by GET, a mutation may not: 405', async () => {
    const stream = await reserve();
    const response = await open(stream);
    const get = (query: string) => {
      const extensions = encodeURIComponent(JSON.stringify({ operationId: 'got' }));
      const search = `?query=${encodeURIComponent(query)}&extensions=${extensions}`;
      return ask({ headers: named(stream), search });
    };
    expect((await get('mutation { rename(name: "x") { name } }')).status).toBe(405);
    expect((await get('{ version }')).status).toBe(202);
    expect(await readUntil(response, /complete/)).toContain('{"id":"got","payload":{"data":{"version":"1"}');
  });

  test('the graphql-sse client is told what is wrong with a document', async () => {
    const client = createClient({
      url: `${fixture.url}/graphql`,
      singleConnection: true,
      headers: { authorization: bearer },
      retryAttempts: 0,
    });
    await expect(client.iterate({ query: '{ nothing }' }).next()).rejects.toMatchObject({
      response: { status: 400 },
    });
    client.dispose();
  });

  test('an operation ends with the token that it was asked with, the stream and what else is on it do not', async () => {
    const stream = await reserve();
    const response = await open(stream);
    const before = fixture.hub.listening;
    const authorization = `Bearer ${await token('acme', { expiresIn: 2 })}`;
    const asked = await ask({
      method: 'POST',
      headers: { ...named(stream), authorization },
      body: { query: EVENTS, extensions: { operationId: 'short' } },
    });
    expect(asked.status).toBe(202);
    expect((await run(stream, 'long', EVENTS.replace('sequence', 'cursor'))).status).toBe(202);
    await until(() => fixture.hub.listening === before + 2, 'two listeners');
    await until(() => fixture.hub.listening === before + 1, 'the upstream to be closed');
    fixture.hub.publish('acme', 'c1');
    const text = await readUntil(response, /data: {"id":"short"}[^]*"id":"long","payload"/);
    expect(text).toMatch(/"id":"short","payload":\{"errors":\[\{"message":"The token has expired/);
    expect(text).toContain('data: {"id":"short"}');
  });

  test('what runs before the stream is opened waits for it', async () => {
    const stream = await reserve();
    expect((await run(stream, 'early', '{ version }')).status).toBe(202);
    const text = await readUntil(await open(stream), /complete/);
    expect(text).toContain('{"id":"early","payload":{"data":{"version":"1"}');
  });

  test('the stream can be named in the address, as EventSource has to', async () => {
    const stream = await reserve();
    const response = await ask({ headers: STREAM, search: `?token=${stream}` });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test('an open stream cannot be opened again: 409', async () => {
    const stream = await reserve();
    const response = await open(stream);
    expect((await open(stream)).status).toBe(409);
    await response.body?.cancel();
  });

  test('a stream that does not exist, is gone, or is somebody else’s answers 404', async () => {
    expect((await open('unknown')).status).toBe(404);
    expect((await run('unknown', '1', '{ version }')).status).toBe(404);
    expect(
      (await ask({ method: 'DELETE', headers: named('unknown'), search: '?operationId=1' })).status,
    ).toBe(404);
    const stream = await reserve();
    const other = `Bearer ${await token('other')}`;
    const stolen = await ask({ headers: { ...STREAM, ...named(stream), authorization: other } });
    expect(stolen.status).toBe(404);
    const response = await open(stream);
    await response.body?.cancel();
    await eventually(async () => (await run(stream, '1', '{ version }')).status === 404);
  });

  test('an operation needs an id of its own: 400 without one, or with a very long one, 409 when it is in use', async () => {
    const stream = await reserve();
    const response = await open(stream);
    expect((await run(stream, undefined, '{ version }')).status).toBe(400);
    expect((await run(stream, 7, '{ version }')).status).toBe(400);
    expect((await run(stream, 'x'.repeat(1001), '{ version }')).status).toBe(400);
    expect((await run(stream, 'same', 'subscription { ticks }')).status).toBe(202);
    expect((await run(stream, 'same', 'subscription { ticks }')).status).toBe(409);
    await response.body?.cancel();
    await until(() => fixture.hub.listening === 0, 'the upstream to be closed');
  });

  test('DELETE ends an operation, whose end is told; without an id it is refused with 400', async () => {
    const { hub } = fixture;
    const stream = await reserve();
    const response = await open(stream);
    await run(stream, 'ticking', 'subscription { ticks }');
    await until(() => hub.listening === 1, 'the upstream');
    expect((await ask({ method: 'DELETE', headers: named(stream) })).status).toBe(400);
    const ended = await ask({ method: 'DELETE', headers: named(stream), search: '?operationId=ticking' });
    expect(ended.status).toBe(200);
    await until(() => hub.listening === 0, 'its end');
    expect(await readUntil(response, /complete/)).toContain('event: complete\ndata: {"id":"ticking"}');
  });

  test('more operations than a connection may run are refused with 429', async () => {
    const stream = await reserve();
    const response = await open(stream);
    const statuses = [];
    for (const id of ['1', '2', '3', '4'])
      statuses.push((await run(stream, id, 'subscription { ticks }')).status);
    expect(statuses).toEqual([202, 202, 202, 429]);
    await response.body?.cancel();
    await until(() => fixture.hub.listening === 0, 'the upstream to be closed');
  });

  test('a reserved stream that is not opened in time is gone', async () => {
    await using quick = await startFixture({ limits: { connectionInitTimeout: 20 } });
    const reserved = await fetch(`${quick.url}/graphql`, {
      method: 'PUT',
      headers: { authorization: bearer },
    });
    const stream = await reserved.text();
    await eventually(async () => {
      const headers = { authorization: bearer, ...named(stream), 'content-type': 'application/json' };
      const body = JSON.stringify({ query: '{ version }', extensions: { operationId: crypto.randomUUID() } });
      return (await fetch(`${quick.url}/graphql`, { method: 'POST', headers, body })).status === 404;
    });
  });

  test('the graphql-sse client runs queries and subscriptions over one connection', async () => {
    const { hub } = fixture;
    const client = createClient({
      url: `${fixture.url}/graphql`,
      singleConnection: true,
      headers: { authorization: bearer },
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

function readSome(response: Response, events: number): Promise<string> {
  return readUntil(response, new RegExp(`(event: next[^]*?\\n\\n[^]*?){${events}}`));
}

/** Reads until the text is there, then leaves. */
async function readUntil(response: Response, wanted: RegExp): Promise<string> {
  const reader = response.body!.getReader();
  let text = '';
  while (!wanted.test(text)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  await reader.cancel();
  return text;
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('not within thirty seconds');
  }
}
