import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RateLimiter, type RateOptions } from '../../../../gateway/request/rate/rate-limiter.js';
import { type TestDatabase, createTestDatabase } from '../../../kit/database.js';
import { eventually } from '../../../kit/eventually.js';
import { type GatewayResponse, type Fixture, post, startFixture, token } from '../../fixtures/gateway.js';
import { restrictedGraph } from '../../fixtures/restricted-graph.js';
import { rawSocket } from '../../fixtures/raw-socket.js';
import { openSocket } from '../../fixtures/socket.js';

const log = pino({ level: 'silent' });
/** Refill time in seconds: during a test the refill is negligible. */
const HOURS = 100_000;
const open = (options: RateOptions) => RateLimiter.open(options, log);

describe.each(['in memory', 'in PostgreSQL'] as const)('points counted %s', (where) => {
  let kit: TestDatabase;
  beforeAll(async () => {
    kit = await createTestDatabase();
  });
  afterAll(() => kit[Symbol.asyncDispose]());
  const options = (points: number, window = HOURS): RateOptions => ({
    points,
    window,
    ...(where === 'in memory' ? {} : { databaseUrl: kit.url }),
  });

  test('grants at most the points of the account', async () => {
    await using limiter = open(options(100));
    const spent = await Promise.all(Array.from({ length: 30 }, async () => limiter.spend('acme', 7)));
    expect(spent.filter(Boolean)).toHaveLength(14);
    expect(limiter.state('acme')).toMatchObject({ points: 100, remaining: 2 });
    expect(await limiter.spend('acme', 2)).toBe(true);
    expect(await limiter.spend('acme', 1)).toBe(false);
  });

  test('counts accounts separately', async () => {
    await using limiter = open(options(10));
    expect(await limiter.spend('one', 10)).toBe(true);
    expect(await limiter.spend('one', 1)).toBe(false);
    expect(await limiter.spend('two', 10)).toBe(true);
  });

  test('grants refunded points again', async () => {
    await using limiter = open(options(50));
    expect(await limiter.spend('back', 50)).toBe(true);
    limiter.settle('back', 30, 0);
    expect(limiter.state('back').remaining).toBe(30);
    expect(await limiter.spend('back', 30)).toBe(true);
    expect(await limiter.spend('back', 1)).toBe(false);
  });

  test('charges additional cost afterwards, even into a negative balance', async () => {
    await using limiter = open(options(50));
    expect(await limiter.spend('owes', 10)).toBe(true);
    limiter.settle('owes', 0, 60);
    expect(limiter.state('owes').remaining).toBe(0);
    expect(await limiter.spend('owes', 1)).toBe(false);
  });

  test('charges at most a full bucket for one operation', async () => {
    await using limiter = open(options(20));
    expect(await limiter.spend('large', 1000)).toBe(true);
    expect(await limiter.spend('large', 1)).toBe(false);
  });

  test('refills an empty bucket', async () => {
    await using limiter = open(options(5, 1));
    expect(await limiter.spend('again', 5)).toBe(true);
    await eventually(() => limiter.spend('again', 5), { what: 'a full bucket' });
  });
});

describe('an account that has spent its points', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture({ rate: { points: 100, window: HOURS } });
    while ((await post(fixture.url, '{ regions { id } }')).status === 200);
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  test('is rejected with 429 and the time to wait', async () => {
    const response = await post(fixture.url, '{ clusters { id } }');
    expect(response.status).toBe(429);
    expect(response.errors).toMatchObject([
      {
        extensions: {
          code: 'RATE_LIMITED',
          retryAfter: expect.any(Number) as number,
          cost: { requestedQueryCost: 50, throttleStatus: { maximumAvailable: 100 } },
        },
      },
    ]);
    expect(response.headers.get('retry-after')).toBe(String(response.errors?.[0]?.extensions['retryAfter']));
    // The delay covers the missing points, not a full bucket.
    expect(Number(response.headers.get('retry-after'))).toBeLessThan(HOURS / 2 + 1);
    expect(response.headers.get('ratelimit-policy')).toBe('"cost";q=100;w=100000');
    expect(response.headers.get('ratelimit')).toMatch(/^"cost";r=\d;t=\d+$/);
  });

  test('is rejected on event streams and WebSockets as well', async () => {
    const url = `${fixture.url}/graphql?query=${encodeURIComponent('{ clusters { id } }')}`;
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${await token()}` };
    expect((await fetch(url, { headers })).status).toBe(429);
    await using socket = openSocket(fixture.url);
    await expect(socket.client.iterate({ query: '{ clusters { id } }' }).next()).rejects.toMatchObject([
      { extensions: { code: 'RATE_LIMITED' } },
    ]);
  });

  test('does not affect other accounts', async () => {
    const response = await post(fixture.url, '{ clusters { id } }', { bearer: await token('other') });
    expect(response.status).toBe(200);
    expect(response.headers.get('ratelimit')).toMatch(/^"cost";r=99;t=\d+$/);
  });
});

describe('a new document', () => {
  const codesOf = ({ errors }: GatewayResponse) => errors?.map(({ extensions }) => extensions['code']);

  test('is charged once, even when it is invalid', async () => {
    await using fixture = await startFixture({ rate: { points: 3, window: HOURS } });
    const costOf = async (query: string) => (await post(fixture.url, query)).extensions?.['cost'];
    expect(await costOf('{ version }')).toMatchObject({ requestedQueryCost: 1, actualQueryCost: 1 });
    expect(await costOf('{ version }')).toMatchObject({ requestedQueryCost: 0, actualQueryCost: 0 });
    expect(codesOf(await post(fixture.url, '{ wrong }'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(codesOf(await post(fixture.url, '{'))).toEqual(['GRAPHQL_PARSE_FAILED']);
    const rejected = await post(fixture.url, '{ v: version }');
    expect(rejected.status).toBe(429);
    expect(rejected.errors).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) as number } },
    ]);
    expect(rejected.headers.get('retry-after')).toBe(String(rejected.errors?.[0]?.extensions['retryAfter']));
    expect(rejected.headers.get('ratelimit')).toMatch(/^"cost";r=0;t=\d+$/);
    // A cached document is not parsed again, whether it is valid or not.
    expect(codesOf(await post(fixture.url, '{ wrong }'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect((await post(fixture.url, '{ version }')).status).toBe(200);
  });

  test('costs at most a full bucket', async () => {
    await using fixture = await startFixture({ rate: { points: 2, window: HOURS } });
    expect((await post(fixture.url, '{ regions { id } }')).status).toBe(200);
  });

  test('is new for each operation and each set of permissions', async () => {
    await using fixture = await startFixture({ ...restrictedGraph(), rate: { points: 1, window: HOURS } });
    const query = 'query A { either } query B { __typename }';
    const statusOf = async (account: string, operationName: string, scope: string) => {
      const bearer = await token(account, { claims: { scope } });
      return post(fixture.url, query, { bearer, operationName });
    };
    expect((await statusOf('first', 'A', 'a b')).data).toEqual({ either: 1 });
    // The document is cached, so the second account keeps its point.
    expect((await statusOf('second', 'A', 'a b')).data).toEqual({ either: 1 });
    expect((await statusOf('second', 'A', '')).data).toEqual({ either: null });
    expect(codesOf(await statusOf('second', 'B', ''))).toEqual(['RATE_LIMITED']);
    expect((await statusOf('second', 'A', '')).data).toEqual({ either: null });
  });
});

describe('a large body', () => {
  test('is charged by its length before it is parsed', async () => {
    const limits = { bodyPerPoint: 500 };
    await using fixture = await startFixture({ rate: { points: 450, window: HOURS }, limits });
    const authorization = `Bearer ${await token('acme')}`;
    const send = (body: string) =>
      fetch(fixture.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body,
      });
    const padding = ' '.repeat(100_000);
    expect((await send(`{"query":"{ version }"}${padding}`)).status).toBe(200);
    expect((await send(`no JSON${padding}`)).status).toBe(400);
    const rejected = await send(`no JSON${padding}`);
    expect(rejected.status).toBe(429);
    expect(Number(rejected.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await rejected.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect((await send('{"query":"{ version }"}')).status).toBe(200);
  });
});

describe('a large message of a WebSocket', () => {
  const subscribeMessage = (id: string, padding: string) => ({
    ...{ id, type: 'subscribe' },
    payload: { query: `{ v${id}: version }`, extensions: { padding } },
  });
  const padding = ' '.repeat(100_000);

  test('costs by its length', async () => {
    const limits = { bodyPerPoint: 500 };
    await using fixture = await startFixture({ rate: { points: 450, window: HOURS }, limits });
    await using socket = await rawSocket(fixture.url);
    await socket.initialise('acme');
    for (const id of ['1', '2', '3']) socket.send(subscribeMessage(id, padding));
    expect(await socket.waitFor('error')).toMatchObject({
      id: '3',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
    expect(await socket.waitFor('next', 2)).toMatchObject({ id: '2' });
  });

  test('is answered before later messages, and none is lost', async () => {
    await using fixture = await startFixture();
    await using socket = await rawSocket(fixture.url);
    await socket.initialise('acme');
    const ids = Array.from({ length: 12 }, (_, index) => String(index));
    const pings = ids.map((id) => ({ type: 'ping', payload: { id } }));
    socket.sendTogether(() => {
      for (const id of ids) {
        socket.send(subscribeMessage(id, Number(id) % 3 === 0 ? padding : ''));
        socket.send(pings[Number(id)] ?? '');
      }
    });
    await socket.waitFor('next', ids.length);
    await socket.waitFor('pong', ids.length);
    const pongs = socket.messages.filter(({ type }) => type === 'pong');
    expect(pongs.map(({ payload }) => payload)).toEqual(pings.map(({ payload }) => payload));
  });

  test('closes the connection of an unauthenticated client', async () => {
    await using fixture = await startFixture();
    await using socket = await rawSocket(fixture.url);
    socket.send({ type: 'connection_init', payload: { token: await token('acme'), padding } });
    expect(await socket.closed).toMatchObject({ code: 4400 });
  });
});

test('sends no rate limit state without a rate limit', async () => {
  await using plain = await startFixture();
  const response = await post(plain.url, '{ regions { id } }');
  expect(response.headers.get('ratelimit')).toBeNull();
  expect(response.extensions?.['cost']).toEqual({ requestedQueryCost: 10, actualQueryCost: 2 });
});
