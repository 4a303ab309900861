import { afterEach, beforeEach, expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { freezeClock } from '../../kit/frozen-clock.js';
import { type Fixture, post, startFixture, until } from '../fixtures/gateway.js';
import { type FaultySubgraph, startFaultySubgraph } from '../fixtures/faulty-subgraph.js';
import { openSocket } from '../fixtures/socket.js';
import { untilWithPausedClock } from '../fixtures/paused-clock.js';
import { fixtureSubgraphs } from '../fixtures/subgraphs.js';

const CLUSTER = '{ regions { id } cluster(id: "c1") { id } }';
const TICKS = 'subscription { ticks }';
const UNAVAILABLE = { extensions: { code: 'SERVICE_UNAVAILABLE' } };

let faulty: FaultySubgraph;
let fixture: Fixture;
/** A gateway whose subgraph `clusters` is faulty. */
beforeEach(async () => {
  faulty = await startFaultySubgraph('{"data":{"cluster":{"__typename":"Cluster","id":"c1"}}}');
  fixture = await startFixture({
    mode: 'remote',
    metricsPort: 0,
    subgraphUrls: { clusters: faulty.url },
    limits: { subgraphTimeout: 2000, subgraphOpening: 1000 },
    circuit: { failures: 3, retryAfter: 1 },
  });
});
afterEach(async () => {
  await fixture[Symbol.asyncDispose]();
  await faulty[Symbol.asyncDispose]();
});

async function phase(): Promise<string | undefined> {
  const text = await (await fetch(fixture.gateway.metricsUrl ?? '')).text();
  return /fleetgraph_circuit\{subgraph="clusters",phase="([a-z-]+)"\} 1/.exec(text)?.[1];
}

async function openCircuit(): Promise<void> {
  faulty.behavior = 'cuts';
  while ((await phase()) !== 'open') await post(fixture.url, CLUSTER);
}

const rename = () => post(fixture.url, 'mutation { rename(name: "n") { id } }');

test('sends one probe of a hundred concurrent requests and answers the others without waiting', async () => {
  // A frozen clock keeps the probe from timing out.
  using _still = freezeClock();
  await openCircuit();
  faulty.behavior = 'hangs';
  const before = faulty.requestCount;
  const responses: Awaited<ReturnType<typeof post>>[] = [];
  const sent = Array.from({ length: 100 }, async () => responses.push(await post(fixture.url, CLUSTER)));
  await until(() => responses.length === 99, 'all answers but one');
  expect(faulty.requestCount - before).toBe(1);
  expect(await phase()).toBe('half-open');
  for (const { data, errors } of responses) {
    expect(data).toMatchObject({ regions: [{}, {}] });
    expect(errors).toMatchObject([UNAVAILABLE]);
  }
  faulty.behavior = 'answers';
  faulty.waiting[0]?.end('{"data":{"cluster":null}}');
  await Promise.all(sent);
  expect(responses.at(-1)).toMatchObject({ data: { cluster: null } });
  expect(responses.at(-1)?.errors).toBeUndefined();
  expect(await phase()).toBe('closed');
});

test('completes the half-open probe query after its client disconnects, and closes the circuit breaker on success', async () => {
  using _still = freezeClock();
  await openCircuit();
  faulty.behavior = 'hangs';
  const leaving = new AbortController();
  const before = faulty.requestCount;
  const sent: Promise<unknown>[] = [];
  while (faulty.requestCount === before) {
    sent.push(post(fixture.url, CLUSTER, { signal: leaving.signal }).catch(() => 'left'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  leaving.abort();
  expect(await Promise.all(sent)).toContain('left');
  faulty.waiting[0]?.end('{"data":{"cluster":null}}');
  while ((await phase()) === 'half-open');
  expect(await phase()).toBe('closed');
});

test('times out opening a stream, also as the half-open probe', async () => {
  await openCircuit();
  faulty.behavior = 'hangs';
  const before = faulty.requestCount;
  await using socket = openSocket(fixture.url);
  const subscribe = () => socket.client.iterate({ query: TICKS }).next();
  const rejections: unknown[] = [];
  while (faulty.requestCount === before)
    rejections.push(await subscribe().catch((errors: unknown) => errors as unknown));
  expect(rejections.at(-1)).toMatchObject([
    {
      message: 'Subscribing to the subgraph clusters took longer than 1 seconds.',
      extensions: { code: 'REQUEST_TIMEOUT' },
    },
  ]);
  expect(await phase()).toBe('open');
  await until(() => faulty.abortedCount === 1, 'the abort of the fetch');
});

test('does not time out an open stream, and ends it at the subgraph when its client disconnects', async () => {
  faulty.behavior = 'streams';
  await using socket = openSocket(fixture.url);
  const ticks = socket.client.iterate({ query: TICKS });
  const first = ticks.next();
  await untilWithPausedClock(() => faulty.waiting.length === 1, 'the stream');
  faulty.behavior = 'hangs';
  // The opening timeout of the stream is shorter and would have passed as well.
  expect((await post(fixture.url, CLUSTER)).errors).toMatchObject([
    { extensions: { code: 'REQUEST_TIMEOUT' } },
  ]);
  await until(() => faulty.abortedCount === 1, 'the fetch is taken back');
  faulty.waiting[0]?.write('event: next\ndata: {"data":{"ticks":7}}\n\n');
  expect(await first).toMatchObject({ value: { data: { ticks: 7 } } });
  await ticks.return?.();
  await until(() => faulty.abortedCount === 2, 'the stream is left');
});

test('retries a query after a lost connection, never a mutation, and neither while the circuit is open', async () => {
  faulty.behavior = 'cuts';
  expect((await rename()).errors).toMatchObject([UNAVAILABLE]);
  expect(faulty.requestCount).toBe(1);
  expect((await post(fixture.url, CLUSTER)).errors).toMatchObject([UNAVAILABLE]);
  expect(faulty.requestCount).toBe(3);
  await openCircuit();
  using _still = freezeClock();
  faulty.behavior = 'hangs';
  const tries: Promise<unknown>[] = [];
  while (faulty.waiting.length === 0) {
    tries.push(post(fixture.url, CLUSTER));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { requestCount: asked } = faulty;
  expect(await rename()).toMatchObject({ data: { rename: null }, errors: [UNAVAILABLE] });
  expect(faulty.requestCount).toBe(asked);
  faulty.waiting[0]?.end('{"data":{"cluster":null}}');
  await Promise.all(tries);
});

test('passes on the errors of a rejected subscription without opening the circuit', async () => {
  faulty.behavior = 'rejects';
  faulty.response = '{"errors":[{"message":"Not you.","extensions":{"code":"FORBIDDEN"}}]}';
  await using socket = openSocket(fixture.url);
  for (let i = 0; i < 10; i += 1)
    await expect(socket.client.iterate({ query: TICKS }).next()).rejects.toMatchObject([
      { message: 'Not you.', extensions: { code: 'FORBIDDEN' } },
    ]);
  expect(await phase()).toBe('closed');
  // A response that is not GraphQL counts as unavailable.
  faulty.response = '{}';
  await expect(socket.client.iterate({ query: TICKS }).next()).rejects.toMatchObject([UNAVAILABLE]);
});

test('keeps the circuit and its metric of an unchanged subgraph over a reload', async () => {
  await openCircuit();
  await fixture.gateway.reload(composeSupergraph(fixtureSubgraphs(fixture.hub)));
  expect(await phase()).toBe('open');
});
