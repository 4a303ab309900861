import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RateLimiter, type RateOptions } from '../../gateway/cost/rate-limiter.js';
import { type TestDatabase, createTestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { type Fixture, post, startFixture, token } from './fixtures/gateway.js';
import { openSocket } from './fixtures/socket.js';

const log = pino({ level: 'silent' });
/** Seconds in which nothing to speak of comes into a bucket during a test. */
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

  test('an account spends all it has and no more', async () => {
    await using limiter = open(options(100));
    const spent = await Promise.all(Array.from({ length: 30 }, async () => limiter.spend('acme', 7)));
    expect(spent.filter(Boolean)).toHaveLength(14);
    expect(limiter.state('acme')).toMatchObject({ points: 100, remaining: 2 });
    expect(await limiter.spend('acme', 2)).toBe(true);
    expect(await limiter.spend('acme', 1)).toBe(false);
  });

  test('accounts do not spend for each other', async () => {
    await using limiter = open(options(10));
    expect(await limiter.spend('one', 10)).toBe(true);
    expect(await limiter.spend('one', 1)).toBe(false);
    expect(await limiter.spend('two', 10)).toBe(true);
  });

  test('what is given back can be spent again', async () => {
    await using limiter = open(options(50));
    expect(await limiter.spend('back', 50)).toBe(true);
    limiter.settle('back', 30, 0);
    expect(limiter.state('back').remaining).toBe(30);
    expect(await limiter.spend('back', 30)).toBe(true);
    expect(await limiter.spend('back', 1)).toBe(false);
  });

  test('what turns out to cost more is taken afterwards, even if it is owed', async () => {
    await using limiter = open(options(50));
    expect(await limiter.spend('owes', 10)).toBe(true);
    limiter.settle('owes', 0, 60);
    expect(limiter.state('owes').remaining).toBe(0);
    expect(await limiter.spend('owes', 1)).toBe(false);
  });

  test('one operation takes at the most what there is', async () => {
    await using limiter = open(options(20));
    expect(await limiter.spend('large', 1000)).toBe(true);
    expect(await limiter.spend('large', 1)).toBe(false);
  });

  test('an empty bucket is filled again', async () => {
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

  test('is answered 429 with the time to wait', async () => {
    const answer = await post(fixture.url, '{ clusters { id } }');
    expect(answer.status).toBe(429);
    expect(answer.errors).toMatchObject([
      {
        extensions: {
          code: 'RATE_LIMITED',
          retryAfter: expect.any(Number) as number,
          cost: { requestedQueryCost: 50, throttleStatus: { maximumAvailable: 100 } },
        },
      },
    ]);
    expect(answer.headers.get('retry-after')).toBe(String(answer.errors?.[0]?.extensions['retryAfter']));
    // It waits for what is missing of the cost, not for a full bucket.
    expect(Number(answer.headers.get('retry-after'))).toBeLessThan(HOURS / 2 + 1);
    expect(answer.headers.get('ratelimit-policy')).toBe('"cost";q=100;w=100000');
    expect(answer.headers.get('ratelimit')).toMatch(/^"cost";r=\d;t=\d+$/);
  });

  test('is refused on event streams and WebSockets as well', async () => {
    const url = `${fixture.url}/graphql?query=${encodeURIComponent('{ clusters { id } }')}`;
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${await token()}` };
    expect((await fetch(url, { headers })).status).toBe(429);
    await using socket = openSocket(fixture.url);
    await expect(socket.client.iterate({ query: '{ clusters { id } }' }).next()).rejects.toMatchObject([
      { extensions: { code: 'RATE_LIMITED' } },
    ]);
  });

  test('does not keep others from theirs', async () => {
    const answer = await post(fixture.url, '{ clusters { id } }', { bearer: await token('other') });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ratelimit')).toMatch(/^"cost";r=99;t=\d+$/);
  });
});

test('without a rate nothing is told of one', async () => {
  await using plain = await startFixture();
  const answer = await post(plain.url, '{ regions { id } }');
  expect(answer.headers.get('ratelimit')).toBeNull();
  expect(answer.extensions?.['cost']).toEqual({ requestedQueryCost: 10, actualQueryCost: 2 });
});
