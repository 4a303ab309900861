import { afterAll, beforeAll, expect, test } from 'vitest';
import { TIMEOUT_MS, RUNS, requestsInMemory } from '../fixtures/fuzz.js';
import { type Fixture, startFixture, token, until } from '../fixtures/gateway.js';
import { type FaultySubgraph, startFaultySubgraph } from '../fixtures/faulty-subgraph.js';
import { rawSocket } from '../fixtures/raw-socket.js';

/** What is told waits for its quotas, as those do who ask for them. */
const EVENTS = 'subscription { clusterEvents { sequence cluster { quotas { used } } } }';
/** How many leave at once. */
const TOGETHER = 20;

let faulty: FaultySubgraph;
let fixture: Fixture;
let bearer: string;
beforeAll(async () => {
  faulty = await startFaultySubgraph('{"data":{"quotas":[]}}');
  fixture = await startFixture({
    mode: 'remote',
    metricsPort: 0,
    subgraphUrls: { quotas: faulty.url },
    limits: { connectionsPerAccount: 5 * TOGETHER },
  });
  bearer = await token();
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await faulty[Symbol.asyncDispose]();
});

const query = (i: number) => `{ regions { id } q${i % 7}: quotas { id } }`;

function send(body: unknown, accept: string, signal: AbortSignal): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}`, accept };
  const init = { method: 'POST', headers, body: JSON.stringify(body), signal };
  return fetch(`${fixture.url}/graphql`, init)
    .then((response) => response.text())
    .catch(() => undefined);
}

/** Until the subgraph has been asked for something; what is told is told while a stream waits for it. */
async function waitForRequests(before: number, request: unknown): Promise<void> {
  if (JSON.stringify(request).includes('subscription')) {
    await until(() => fixture.hub.listening > 0, 'the stream');
    fixture.hub.publish('acme', 'c1');
  }
  await until(() => faulty.requestCount > before, 'requests at the subgraph');
}

/** Clients that ask over HTTP, and leave when the subgraph lets them wait. */
async function leaveHttp(body: (i: number) => unknown, accept: string): Promise<void> {
  const leaving = new AbortController();
  const before = faulty.requestCount;
  const sent = Array.from({ length: TOGETHER }, (_, i) => send(body(i), accept, leaving.signal));
  await waitForRequests(before, body(0));
  leaving.abort();
  await Promise.all(sent);
}

/** The same on a WebSocket, whose operations are ended or which is cut. */
async function leaveSocket(of: (i: number) => string, how: 'complete' | 'cut'): Promise<void> {
  await using socket = await rawSocket(fixture.url);
  await socket.initialise();
  const before = faulty.requestCount;
  for (let i = 0; i < TOGETHER; i += 1)
    socket.send({ id: String(i), type: 'subscribe', payload: { query: of(i) } });
  await waitForRequests(before, of(0));
  if (how === 'cut') return;
  for (let i = 0; i < TOGETHER; i += 1) socket.send({ id: String(i), type: 'complete' });
  // Messages are handled in their order.
  socket.send({ type: 'ping' });
  await socket.waitFor('pong');
}

const STREAM = 'text/event-stream';
const MULTIPART = 'multipart/mixed;subscriptionSpec=1.0, application/json';
const ways: readonly (() => Promise<void>)[] = [
  () => leaveHttp((i) => ({ query: query(i) }), 'application/json'),
  () => leaveHttp((i) => [{ query: query(i) }, { query: query(i + 1) }], 'application/json'),
  () => leaveHttp((i) => ({ query: query(i) }), STREAM),
  () => leaveHttp(() => ({ query: EVENTS }), STREAM),
  () => leaveHttp(() => ({ query: EVENTS }), MULTIPART),
  () => leaveSocket(query, 'complete'),
  () => leaveSocket(query, 'cut'),
  () => leaveSocket(() => EVENTS, 'complete'),
  () => leaveSocket(() => EVENTS, 'cut'),
];

/** Until the subgraphs have heard that everybody has left; before, others would join what is on its way. */
async function idle(): Promise<void> {
  await until(
    () => faulty.waiting.length === 0 && faulty.abortedCount === faulty.requestCount,
    'an idle subgraph',
  );
  await until(() => fixture.hub.listening === 0, 'no stream');
}

/** Everybody asks and leaves, by every way, until nothing of it runs any more. */
async function round(): Promise<void> {
  for (let sent = 0; sent < RUNS; sent += TOGETHER * ways.length)
    for (const way of ways) {
      await way();
      await idle();
    }
  for (let open = ''; open !== '0 0';) {
    const text = await (await fetch(fixture.gateway.metricsUrl ?? '')).text();
    const figure = (name: string) => new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? '';
    open = `${figure('fleetgraph_sockets')} ${figure('fleetgraph_subscriptions')}`;
  }
  fixture.log.splice(0);
}

test(
  'releases everything of clients that disconnect, on every transport',
  async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    await round();
    await round();
    process.off('warning', warned);
    // The last request of each connection that is kept alive, here and at the subgraph.
    expect(requestsInMemory()).toBeLessThan(4 * TOGETHER);
    // Of listeners that were not removed.
    expect(warnings).toEqual([]);
  },
  TIMEOUT_MS * 3,
);
