import { afterAll, beforeAll, expect, test } from 'vitest';
import { movableClock } from '../../../kit/clock.js';
import { type Fixture, startFixture, token, until } from '../../fixtures/gateway.js';

const ACCEPT = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json';
const EVENTS = 'subscription Events($after: String) { clusterEvents(after: $after) { sequence } }';

let fixture: Fixture;
let bearer: string;
beforeAll(async () => {
  fixture = await startFixture({ limits: { heartbeat: 20, connectionsPerAccount: 3 } });
  bearer = await token();
});
afterAll(() => fixture[Symbol.asyncDispose]());

function post(body: object, { url = fixture.url, auth = bearer, accept = ACCEPT } = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept, authorization: `Bearer ${auth}` };
  return fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** The parts of a response, split as Apollo Client does: a part ends at the next delimiter. */
async function* parts(response: Response): AsyncGenerator<Record<string, unknown>> {
  const boundary = /boundary="?([^;"]+)"?/.exec(response.headers.get('content-type') ?? '')![1]!;
  let text = '';
  for await (const chunk of response.body!) {
    text += new TextDecoder().decode(chunk as Uint8Array);
    for (let at = text.indexOf(`\r\n--${boundary}`); at >= 0; at = text.indexOf(`\r\n--${boundary}`)) {
      const part = text.slice(0, at);
      text = text.slice(at + `\r\n--${boundary}`.length);
      const blank = part.indexOf('\r\n\r\n');
      if (blank < 0) continue;
      expect(part.slice(0, blank)).toMatch(/content-type: application\/json/i);
      yield JSON.parse(part.slice(blank + 4)) as Record<string, unknown>;
      if (text.startsWith('--')) return;
    }
  }
}

const isHeartbeat = (part: object) => Object.keys(part).length === 0;

test('sends a complete part for each event of a subscription, with heartbeats between', async () => {
  const { hub } = fixture;
  const response = await post({ query: EVENTS, variables: { after: String(hub.events.length) } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(
    'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  );
  const stream = parts(response);
  expect(isHeartbeat((await stream.next()).value as object)).toBe(true);
  const { sequence } = hub.publish('acme', 'c1');
  for await (const part of stream) {
    if (isHeartbeat(part)) continue;
    expect(part).toEqual({ payload: { data: { clusterEvents: { sequence } } } });
    break;
  }
  await until(() => hub.listening === 0, 'the upstream to be closed');
});

test('ends a rejected subscription with errors outside of the payload and the last delimiter', async () => {
  const bodies = [];
  for await (const part of parts(await post({ query: EVENTS, variables: { after: '999' } })))
    bodies.push(part);
  expect(bodies.filter((part) => !isHeartbeat(part))).toMatchObject([
    { payload: null, errors: [{ extensions: { code: 'INVALID_CURSOR' } }] },
  ]);
});

test('answers errors of the document as JSON', async () => {
  for (const [type, status] of [
    ['application/json', 200],
    ['application/graphql-response+json', 400],
  ] as const) {
    const accept = `multipart/mixed;subscriptionSpec=1.0, ${type}`;
    const response = await post({ query: 'subscription { nothing }' }, { accept });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  }
});

test('answers queries as JSON to clients that accept both', async () => {
  const response = await post({ query: '{ cluster(id: "c1") { name } }' });
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(await response.json()).toMatchObject({ data: { cluster: { name: 'one' } } });
});

test('limits connections, masks internal errors and accepts document hashes', async () => {
  const ticks = { query: 'subscription { ticks }' };
  const streams = [await post(ticks), await post(ticks), await post(ticks)];
  expect((await post(ticks)).status).toBe(429);
  for (const { body } of streams) await body?.cancel();
  await until(() => fixture.hub.listening === 0, 'the upstream to be closed');
  const stream = parts(await post({ query: EVENTS }));
  await until(() => fixture.hub.listening === 1, 'a listener');
  fixture.hub.fail(new Error('the secret is 24680'));
  for await (const part of stream) {
    if (isHeartbeat(part) || part['payload']) continue;
    expect(part).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    expect(JSON.stringify(part)).not.toContain('24680');
  }
  const extensions = { persistedQuery: { version: 1, sha256Hash: 'c'.repeat(64) } };
  expect(await (await post({ extensions })).json()).toMatchObject({
    errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
  });
});

test('does not use multipart for another version of the protocol', async () => {
  const accept = 'multipart/mixed;subscriptionSpec=2.0, application/json';
  const response = await post({ query: EVENTS }, { accept });
  expect(response.status).toBe(400);
});

test('reports token expiry and shutdown as errors, with the reconnect delay', async () => {
  const clock = movableClock();
  await using stopping = await startFixture({ clock });
  const short = parts(
    await post({ query: EVENTS }, { url: stopping.url, auth: await token('acme', { expiresIn: 60 }) }),
  );
  const long = parts(await post({ query: EVENTS }, { url: stopping.url }));
  await until(() => stopping.hub.listening === 1, 'a listener');
  clock.advance(61_000);
  const last = async (stream: AsyncGenerator<object>) => {
    let part: object = {};
    for await (const received of stream) part = received;
    return part;
  };
  expect(await last(short)).toMatchObject({ errors: [{ extensions: { code: 'TOKEN_EXPIRED' } }] });
  stopping.gateway.drain();
  expect(await last(long)).toMatchObject({
    errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterMs: expect.any(Number) } }],
  });
});
