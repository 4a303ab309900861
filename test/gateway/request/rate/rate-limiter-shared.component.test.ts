import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RateLimiter } from '../../../../gateway/request/rate/rate-limiter.js';
import { type TestDatabase, createTestDatabase } from '../../../kit/database.js';
import { onServer } from '../../../kit/template-database.js';
import { post, startFixture } from '../../fixtures/gateway.js';

/** Maximum of RATE_POINTS. */
const POINTS = 1_000_000_000;
/** Refill time in seconds: during a test the refill is negligible. */
const HOURS = 1_000_000;
/** Points of one request: a bucket has a hundred of them. */
const ONE = POINTS / 100;
/** Number of requests for which a gateway leases points at a time. */
const PORTION = 5;

let kit: TestDatabase;
let server: string;
let warnings = 0;
const log = pino({ level: 'warn' }, { write: () => void (warnings += 1) });
const open: RateLimiter[] = [];

beforeAll(async () => {
  kit = await createTestDatabase();
  const url = new URL(kit.url);
  url.pathname = '/postgres';
  server = url.href;
});
afterEach(async () => {
  for (const limiter of open.splice(0)) await limiter[Symbol.asyncDispose]();
  warnings = 0;
});
afterAll(() => kit[Symbol.asyncDispose]());

function gateway(): RateLimiter {
  const limiter = RateLimiter.open({ points: POINTS, window: HOURS, databaseUrl: kit.url }, log);
  open.push(limiter);
  return limiter;
}

/** Sends requests to a gateway; returns the number of accepted ones. */
async function spend(where: RateLimiter, account: string, count: number): Promise<number> {
  const spent = await Promise.all(Array.from({ length: count }, async () => where.spend(account, ONE)));
  return spent.filter(Boolean).length;
}

async function sum(all: Iterable<Promise<number>>): Promise<number> {
  return (await Promise.all(all)).reduce((total, granted) => total + granted, 0);
}

test('creates one table and one bucket for gateways that start concurrently', async () => {
  const gateways = Array.from({ length: 8 }, gateway);
  const spent = await sum(gateways.map((gateway) => spend(gateway, 'many', 50)));
  expect(spent).toBeLessThanOrEqual(100);
  // Gateways have leased the remaining points.
  expect(spent).toBeGreaterThan(100 - gateways.length * PORTION);
  for (let round = 0; round < 3; round += 1) {
    const more = await sum([...gateways, gateway()].map((gateway) => spend(gateway, 'many', 50)));
    expect(spent + more).toBeLessThanOrEqual(100);
  }
  expect(warnings).toBe(0);
});

test('loses only the leased points of a crashed gateway', async () => {
  const dies = gateway();
  expect(await spend(dies, 'survivor', 1)).toBe(1);
  await open.pop()?.[Symbol.asyncDispose]();
  const spent = await sum([gateway(), gateway()].map((limiter) => spend(limiter, 'survivor', 100)));
  expect(spent).toBeLessThanOrEqual(100 - PORTION);
  expect(spent).toBeGreaterThan(100 - 3 * PORTION);
});

test('grants at most one bucket per gateway while the database is unreachable, then shares one again', async () => {
  const [first, second] = [gateway(), gateway()];
  expect(await spend(first, 'away', 60)).toBe(60);
  const { pathname } = new URL(kit.url);
  const name = pathname.slice(1);
  await onServer(server, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await onServer(
    server,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = '${name}' AND application_name = 'fleetgraph-gateway'`,
  );
  expect(await spend(first, 'away', 100)).toBe(40);
  expect(await spend(second, 'alone', 200)).toBe(100);
  expect(warnings).toBe(2);
  await onServer(server, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  const late = gateway();
  const spent = await spend(late, 'away', 100);
  expect(spent).toBeLessThanOrEqual(40);
  expect(spent).toBeGreaterThan(40 - 2 * PORTION);
  // While the database was unreachable, both gateways spent their whole bucket.
  expect(await spend(first, 'away', 10)).toBe(0);
  expect(await spend(second, 'alone', 10)).toBe(0);
});

test('refills a bucket at a constant rate up to its capacity', async () => {
  expect(await spend(gateway(), 'filled', 100)).toBe(100);
  const later = (share: number) =>
    kit.database.pool.query(
      "UPDATE gateway.bucket SET at = at - make_interval(secs => $1) WHERE account = 'filled'",
      [share * HOURS],
    );
  await later(0.25);
  expect(await spend(gateway(), 'filled', 100)).toBe(25);
  await later(0.5);
  expect(await spend(gateway(), 'filled', 100)).toBe(50);
  await later(7);
  expect(await spend(gateway(), 'filled', 200)).toBe(100);
});

test('charges requests to several gateways to one bucket', async () => {
  const rate = { points: 200, window: HOURS, databaseUrl: kit.url };
  await using first = await startFixture({ rate });
  await using other = await startFixture({ rate });
  let charged = 0;
  for (const { url } of [first, other, first, other]) {
    for (let rejected = false; !rejected;) {
      const response = await post(url, '{ regions { id } }');
      rejected = response.status === 429;
      const { actualQueryCost = 0 } = Object(response.extensions?.['cost']) as { actualQueryCost?: number };
      charged += actualQueryCost;
    }
  }
  expect(charged).toBeLessThanOrEqual(200);
  // Each of the two gateways has fewer points left than one more request needs.
  expect(charged).toBeGreaterThan(200 - 2 * (10 + 10));
});
