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

let moody: FaultySubgraph;
let fixture: Fixture;
/** A gateway whose subgraph of clusters is the moody one. */
beforeEach(async () => {
  moody = await startFaultySubgraph('{"data":{"cluster":{"__typename":"Cluster","id":"c1"}}}');
  fixture = await startFixture({
    mode: 'remote',
    metricsPort: 0,
    elsewhere: { clusters: moody.url },
    limits: { subgraphTimeout: 2000, subgraphOpening: 1000 },
    circuit: { failures: 3, retryAfter: 1 },
  });
});
afterEach(async () => {
  await fixture[Symbol.asyncDispose]();
  await moody[Symbol.asyncDispose]();
});

async function phase(): Promise<string | undefined> {
  const text = await (await fetch(fixture.gateway.metricsUrl ?? '')).text();
  return /fleetgraph_circuit\{subgraph="clusters",phase="([a-z-]+)"\} 1/.exec(text)?.[1];
}

async function openCircuit(): Promise<void> {
  moody.mood = 'cuts';
  while ((await phase()) !== 'open') await post(fixture.url, CLUSTER);
}

const rename = () => post(fixture.url, 'mutation { rename(name: "n") { id } }');

test('sends one probe of a hundred concurrent requests and answers the others without waiting', async () => {
  // A try goes on for as long as it is looked at.
  using _still = freezeClock();
  await openCircuit();
  moody.mood = 'hangs';
  const before = moody.asked;
  const answers: Awaited<ReturnType<typeof post>>[] = [];
  const sent = Array.from({ length: 100 }, async () => answers.push(await post(fixture.url, CLUSTER)));
  await until(() => answers.length === 99, 'all answers but one');
  expect(moody.asked - before).toBe(1);
  expect(await phase()).toBe('half-open');
  for (const { data, errors } of answers) {
    expect(data).toMatchObject({ regions: [{}, {}] });
    expect(errors).toMatchObject([UNAVAILABLE]);
  }
  moody.mood = 'answers';
  moody.waiting[0]?.end('{"data":{"cluster":null}}');
  await Promise.all(sent);
  expect(answers.at(-1)).toMatchObject({ data: { cluster: null } });
  expect(answers.at(-1)?.errors).toBeUndefined();
  expect(await phase()).toBe('closed');
});

test('completes the half-open probe query after its client disconnects, and closes the circuit breaker on success', async () => {
  using _still = freezeClock();
  await openCircuit();
  moody.mood = 'hangs';
  const leaving = new AbortController();
  const before = moody.asked;
  const sent: Promise<unknown>[] = [];
  while (moody.asked === before) {
    sent.push(post(fixture.url, CLUSTER, { signal: leaving.signal }).catch(() => 'left'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  leaving.abort();
  expect(await Promise.all(sent)).toContain('left');
  moody.waiting[0]?.end('{"data":{"cluster":null}}');
  while ((await phase()) === 'half-open');
  expect(await phase()).toBe('closed');
});

test('times out opening a stream, also as the half-open probe', async () => {
  await openCircuit();
  moody.mood = 'hangs';
  const before = moody.asked;
  await using socket = openSocket(fixture.url);
  const subscribe = () => socket.client.iterate({ query: TICKS }).next();
  const refusals: unknown[] = [];
  while (moody.asked === before)
    refusals.push(await subscribe().catch((errors: unknown) => errors as unknown));
  expect(refusals.at(-1)).toMatchObject([
    {
      message: 'Subscribing to the subgraph clusters took longer than 1 seconds.',
      extensions: { code: 'REQUEST_TIMEOUT' },
    },
  ]);
  expect(await phase()).toBe('open');
  await until(() => moody.left === 1, 'the abort of the fetch');
});

test('an open stream has no timeout and ends at the subgraph when its client disconnects', async () => {
  moody.mood = 'streams';
  await using socket = openSocket(fixture.url);
  const ticks = socket.client.iterate({ query: TICKS });
  const first = ticks.next();
  await untilWithPausedClock(() => moody.waiting.length === 1, 'the stream');
  moody.mood = 'hangs';
  // That of the stream, which is shorter, would be over, too.
  expect((await post(fixture.url, CLUSTER)).errors).toMatchObject([
    { extensions: { code: 'REQUEST_TIMEOUT' } },
  ]);
  await until(() => moody.left === 1, 'the fetch is taken back');
  moody.waiting[0]?.write('event: next\ndata: {"data":{"ticks":7}}\n\n');
  expect(await first).toMatchObject({ value: { data: { ticks: 7 } } });
  await ticks.return?.();
  await until(() => moody.left === 2, 'the stream is left');
});

test('retries a query after a lost connection, never a mutation, and neither while the circuit is open', async () => {
  moody.mood = 'cuts';
  expect((await rename()).errors).toMatchObject([UNAVAILABLE]);
  expect(moody.asked).toBe(1);
  expect((await post(fixture.url, CLUSTER)).errors).toMatchObject([UNAVAILABLE]);
  expect(moody.asked).toBe(3);
  await openCircuit();
  using _still = freezeClock();
  moody.mood = 'hangs';
  const tries: Promise<unknown>[] = [];
  while (moody.waiting.length === 0) {
    tries.push(post(fixture.url, CLUSTER));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { asked } = moody;
  expect(await rename()).toMatchObject({ data: { rename: null }, errors: [UNAVAILABLE] });
  expect(moody.asked).toBe(asked);
  moody.waiting[0]?.end('{"data":{"cluster":null}}');
  await Promise.all(tries);
});

test('a rejected subscription does not open the circuit, and clients get its errors', async () => {
  moody.mood = 'refuses';
  moody.answer = '{"errors":[{"message":"Not you.","extensions":{"code":"FORBIDDEN"}}]}';
  await using socket = openSocket(fixture.url);
  for (let i = 0; i < 10; i += 1)
    await expect(socket.client.iterate({ query: TICKS }).next()).rejects.toMatchObject([
      { message: 'Not you.', extensions: { code: 'FORBIDDEN' } },
    ]);
  expect(await phase()).toBe('closed');
  // What is no GraphQL is no answer.
  moody.answer = '{}';
  await expect(socket.client.iterate({ query: TICKS }).next()).rejects.toMatchObject([UNAVAILABLE]);
});

test('keeps the circuit and its metric of an unchanged subgraph over a reload', async () => {
  await openCircuit();
  await fixture.gateway.reload(composeSupergraph(fixtureSubgraphs(fixture.hub)));
  expect(await phase()).toBe('open');
});
