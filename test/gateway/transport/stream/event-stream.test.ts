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
import { until } from '../../fixtures/gateway.js';

let streams: EventStreams;
beforeAll(async () => {
  streams = await openEventStreams();
});
afterAll(() => streams[Symbol.asyncDispose]());

function post(body: object, headers: Record<string, string> = {}): Promise<Response> {
  return streams.send({ method: 'POST', body, headers: { ...STREAM, ...headers } });
}

async function eventsOf(response: Response): Promise<ReceivedEvent[]> {
  const events = [];
  for await (const event of readEvents(response.body!)) events.push(event);
  return events;
}

describe('server-sent events in distinct connections mode', () => {
  test('answers a query with the events next and complete, by POST and by GET', async () => {
    const query = '{ cluster(id: "c1") { name } }';
    for (const response of [
      await post({ query }),
      await streams.send({ headers: STREAM, search: `?query=${encodeURIComponent(query)}` }),
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

  test('sends headers immediately and heartbeats on an idle stream', async () => {
    const response = await post({ query: 'subscription { ticks }' });
    expect(response.status).toBe(200);
    const reader = response.body!.getReader();
    let text = '';
    while (text.split(':\n\n').length < 5) text += new TextDecoder().decode((await reader.read()).value);
    expect(text.replaceAll(':\n\n', '')).toBe('');
    await reader.cancel();
    await until(() => streams.fixture.hub.listening === 0, 'the upstream to be closed');
  });

  test('sends next for each event, then complete, and ends when the subscription completes', async () => {
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
  ])('answers a query with Accept %s as %s', async (accept, type) => {
    const response = await post({ query: '{ version }' }, { accept });
    expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    expect(await response.text()).toContain('{"version":"1"}');
  });

  test.each([
    ['text/event-stream;q=0.5, application/json', 200],
    ['application/json, text/event-stream', 200],
    ['text/event-stream;q=0, application/json', 400],
    ['application/json, text/plain;note="text/event-stream"', 400],
  ])('answers a subscription with Accept %s with %i', async (accept, status) => {
    const response = await post({ query: 'subscription { countdown(from: 1) }' }, { accept });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain(status === 200 ? 'event-stream' : 'json');
    await response.body?.cancel();
  });

  test('sends errors of a document as the only event of a stream', async () => {
    const events = await eventsOf(await post({ query: '{ nothing }' }));
    expect(events.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(events[0]?.data).toContain('GRAPHQL_VALIDATION_FAILED');
  });

  test('rejects a mutation by GET with 405, and a request without a query', async () => {
    const query = encodeURIComponent('mutation { rename(name: "x") { name } }');
    expect((await streams.send({ headers: STREAM, search: `?query=${query}` })).status).toBe(405);
    const events = await eventsOf(await post({}));
    expect(events[0]?.data).toContain('BAD_REQUEST');
  });

  test('resumes after Last-Event-ID', async () => {
    const { hub } = streams.fixture;
    const first = hub.events.length;
    for (let i = 0; i < 3; i += 1) hub.publish('acme', 'c1');
    const text = await readSome(await post({ query: EVENTS, variables: { after: String(first) } }), 3);
    const ids = [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
    expect(ids).toEqual([1, 2, 3].map((i) => String(first + i)));
    const resumed = await readSome(await post({ query: EVENTS }, { 'last-event-id': ids[0]! }), 2);
    expect([...resumed.matchAll(/"sequence":(\d+)/g)].map(([, n]) => Number(n))).toEqual([
      first + 2,
      first + 3,
    ]);
  });

  test('sends a bookmark as an id without an event, or as an event on request', async () => {
    const { hub } = streams.fixture;
    await until(() => hub.listening === 0, 'the end of other streams');
    hub.bookmarks = true;
    const variables = { after: String(hub.events.length) };
    const plain = await readUntil(await post({ query: EVENTS, variables }), /^id: \d+\n\n/m);
    expect(plain).not.toContain('event:');
    await until(() => hub.listening === 0, 'the end of the first stream');
    const extensions = { bookmarks: true };
    const requested = await readUntil(await post({ query: EVENTS, variables, extensions }), /bookmark/);
    hub.bookmarks = false;
    expect(requested).toContain(`{"data":null,"extensions":{"bookmark":{"cursor":"${hub.events.length}"}}}`);
  });

  test('accepts a document hash', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'b'.repeat(64) } };
    const [event] = await eventsOf(await post({ extensions }));
    expect(event?.data).toContain('PERSISTED_QUERY_NOT_FOUND');
  });

  test('rejects streams beyond the limit of an account with 429', async () => {
    await until(() => streams.fixture.hub.listening === 0, 'the end of other streams');
    const responses = await Promise.all(
      Array.from({ length: 5 }, () => post({ query: 'subscription { ticks }' })),
    );
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await post({ query: 'subscription { ticks }' })).status).toBe(429);
    for (const { body } of responses) await body?.cancel();
    await until(() => streams.fixture.hub.listening === 0, 'the upstream to be closed');
  });

  test('sends events to the graphql-sse client until it unsubscribes', async () => {
    const client = createClient({
      url: `${streams.fixture.url}/graphql`,
      headers: { authorization: streams.bearer },
    });
    const { hub } = streams.fixture;
    const events = client.iterate({ query: EVENTS, variables: { after: String(hub.events.length) } });
    const { sequence } = hub.publish('acme', 'c1');
    expect((await events.next()).value).toEqual({ data: { clusterEvents: { sequence } } });
    client.dispose();
    await until(() => hub.listening === 0, 'the upstream to be closed');
  });
});

function readSome(response: Response, events: number): Promise<string> {
  return readUntil(response, new RegExp(`(event: next[^]*?\\n\\n[^]*?){${events}}`));
}
