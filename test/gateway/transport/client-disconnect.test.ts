import { afterAll, beforeAll, expect, test } from 'vitest';
import { TIMEOUT_MS, RUNS, requestsInMemory } from '../fixtures/fuzz.js';
import { type Fixture, startFixture, token, until } from '../fixtures/gateway.js';
import { type FaultySubgraph, startFaultySubgraph } from '../fixtures/faulty-subgraph.js';
import { rawSocket } from '../fixtures/raw-socket.js';

/** Each event waits for the quotas of its cluster, like the queries. */
const EVENTS = 'subscription { clusterEvents { sequence cluster { quotas { used } } } }';
/** Number of clients that disconnect at the same time. */
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

/** Waits until the subgraph has received requests; publishes an event for a subscription. */
async function waitForRequests(before: number, request: unknown): Promise<void> {
  if (JSON.stringify(request).includes('subscription')) {
    await until(() => fixture.hub.listening > 0, 'the stream');
    fixture.hub.publish('acme', 'c1');
  }
  await until(() => faulty.requestCount > before, 'requests at the subgraph');
}

/** HTTP clients that disconnect while the subgraph hangs. */
async function leaveHttp(body: (i: number) => unknown, accept: string): Promise<void> {
  const leaving = new AbortController();
  const before = faulty.requestCount;
  const sent = Array.from({ length: TOGETHER }, (_, i) => send(body(i), accept, leaving.signal));
  await waitForRequests(before, body(0));
  leaving.abort();
  await Promise.all(sent);
}

/** Sends operations on a WebSocket, then completes them or terminates the socket. */
async function leaveSocket(of: (i: number) => string, how: 'complete' | 'cut'): Promise<void> {
  await using socket = await rawSocket(fixture.url);
  await socket.initialise();
  const before = faulty.requestCount;
  for (let i = 0; i < TOGETHER; i += 1)
    socket.send({ id: String(i), type: 'subscribe', payload: { query: of(i) } });
  await waitForRequests(before, of(0));
  if (how === 'cut') return;
  for (let i = 0; i < TOGETHER; i += 1) socket.send({ id: String(i), type: 'complete' });
  // Messages are handled in order.
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

/** Waits until the subgraphs have no requests: later clients would join requests in flight. */
async function idle(): Promise<void> {
  await until(
    () => faulty.waiting.length === 0 && faulty.abortedCount === faulty.requestCount,
    'an idle subgraph',
  );
  await until(() => fixture.hub.listening === 0, 'no stream');
}

/** Disconnects in every way and waits until the gateway is idle. */
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
    // Node.js keeps the last request of each keep-alive connection, here and at the subgraph.
    expect(requestsInMemory()).toBeLessThan(4 * TOGETHER);
    // Node.js warns of leaked listeners.
    expect(warnings).toEqual([]);
  },
  TIMEOUT_MS * 3,
);
