import { Agent, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { parse } from 'graphql';
import { afterEach, expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { OperationCosts } from '../../../gateway/request/cost/operation-costs.js';
import { defaultLimits } from '../../../gateway/request/limits/limits.js';
import { noopMetrics } from '../../../gateway/metrics/gateway-metrics.js';
import { planOperation } from '../../../gateway/planning/plan-operation.js';
import { RequestPreparer } from '../../../gateway/request/request-preparer.js';
import { loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { Admission } from '../../../gateway/request/admission.js';
import type { Clock } from '../../../kernel/clock.js';
import { post, startFixture, token, until } from '../fixtures/gateway.js';
import { type RawSocket, rawSocket } from '../fixtures/raw-socket.js';
import { shopSubgraphs } from '../fixtures/shop.js';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

/** Counts turns of the event loop from this call on. */
function countTurns(): { turns: number } {
  const count = { turns: 0 };
  let next = setImmediate(function turn() {
    count.turns += 1;
    next = setImmediate(turn);
  });
  stack.defer(() => clearImmediate(next));
  return count;
}

/** Runs `works` concurrently; returns their names in order of completion, each with the turn of the event loop. */
async function ends(works: Readonly<Record<string, () => unknown>>): Promise<[name: string, turn: number][]> {
  const count = countTurns();
  const ended: [string, number][] = [];
  await Promise.all(
    Object.entries(works).map(async ([name, work]) => {
      await work();
      ended.push([name, count.turns]);
    }),
  );
  return ended;
}

/** `count` new documents of acme, then one of globex; an admission parses, validates and plans each. */
function newDocuments(admission: Admission, count: number): Record<string, () => unknown> {
  const admit = (account: string, alias: string) =>
    admission.admit({ query: `{ ${alias}: products { name shipping } }` }, { account, subject: 'tester' });
  const names = [...Array.from({ length: count }, (_, index) => `acme${index}`), 'globex'];
  return Object.fromEntries(names.map((name) => [name, () => admit(name.replace(/\d+$/, ''), name)]));
}

const supergraph = loadSupergraph(composeSupergraph(shopSubgraphs()));
const admissionOf = (preparation: RequestPreparer) =>
  new Admission({
    supergraph: { preparer: preparation, costs: new OperationCosts(supergraph.api, supergraph.full) },
    rate: undefined,
    limits: defaultLimits,
    metrics: noopMetrics,
  });

test('prepares one new document of an account per turn, alternating with other accounts', async () => {
  const admission = admissionOf(new RequestPreparer(supergraph, defaultLimits, new Map()));
  const ended = await ends(newDocuments(admission, 30));
  expect(ended.slice(0, 2).map(([name]) => name)).toEqual(['acme0', 'globex']);
  expect(new Set(ended.map(([, turn]) => turn)).size).toBe(31);
});

test('compiles one plan of an account per turn, alternating with other accounts', async () => {
  const count = 30;
  let requestCount = 0;
  let all: () => void = () => undefined;
  const allArrived = new Promise<void>((resolve) => (all = resolve));
  const planAhead = async (source: string, name: string | undefined) => {
    if (++requestCount === count + 1) all();
    await allArrived;
    return planOperation(supergraph, parse(source), name);
  };
  const admission = admissionOf(new RequestPreparer({ ...supergraph, planAhead }, defaultLimits, new Map()));
  const ended = await ends(newDocuments(admission, count));
  expect(ended.slice(0, 3).map(([name]) => name)).toContain('globex');
  expect(new Set(ended.map(([, turn]) => turn)).size).toBe(count + 1);
});

/** Limits that an account reaches with one running and one waiting operation. */
const FULL = { requestsPerAccount: 1, requestsWaiting: 1 };
const SLOW = ['{ a: slow }', '{ b: slow }'];
const QUICK = '{ regions { id } }';

test('answers one rejected request per turn', async () => {
  const { url, hub } = stack.use(await startFixture({ limits: FULL }));
  const leaving = new AbortController();
  stack.defer(() => leaving.abort());
  for (const query of SLOW) post(url, query, { signal: leaving.signal }).catch(() => undefined);
  await until(() => hub.slow === 1, 'the slow operation');
  await expect.poll(async () => (await post(url, QUICK)).status).toBe(429);
  const agent = stack.adopt(new Agent({ keepAlive: true, maxSockets: 40 }), (openAgent) =>
    openAgent.destroy(),
  );
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await token()}` };
  const sendNext = async () => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${url}/graphql`, { method: 'POST', headers, agent }, resolve)
        .once('error', reject)
        .end(JSON.stringify({ query: QUICK }));
    });
    expect(await json(response)).toMatchObject({ errors: [{ extensions: { code: 'TOO_MANY_REQUESTS' } }] });
  };
  const count = countTurns();
  const client = async () => {
    for (let index = 0; index < 10; index += 1) await sendNext();
  };
  await Promise.all(Array.from({ length: 40 }, client));
  expect(count.turns).toBeGreaterThanOrEqual(400);
});

test('answers rejected operations of one WebSocket of an account per turn', async () => {
  const fixture = stack.use(await startFixture({ limits: FULL }));
  const sockets: RawSocket[] = [];
  for (let index = 0; index < 20; index += 1) sockets.push(stack.use(await rawSocket(fixture.url)));
  await Promise.all(sockets.map((socket) => socket.initialise()));
  for (const query of SLOW) sockets[0]?.send({ id: query, type: 'subscribe', payload: { query } });
  await until(() => fixture.hub.slow === 1, 'the slow operation');
  const subscribe = { id: 'again', type: 'subscribe', payload: { query: QUICK } };
  const count = countTurns();
  await Promise.all(
    sockets.map(async (socket) => {
      for (let index = 1; index <= 10; index += 1) {
        const received = new Promise((resolve) => socket.socket.once('message', resolve));
        socket.send(subscribe);
        await received;
        expect(socket.messages.filter(({ type }) => type === 'error')).toHaveLength(index);
      }
    }),
  );
  expect(count.turns).toBeGreaterThanOrEqual(200);
});

test('reads one message of a WebSocket per turn', async () => {
  const count = countTurns();
  /** Number of clock reads by turn; each operation reads the clock once. */
  const readsByTurn = new Map<number, number>();
  const clock: Clock = {
    now: () => {
      readsByTurn.set(count.turns, (readsByTurn.get(count.turns) ?? 0) + 1);
      return new Date();
    },
  };
  const fixture = stack.use(await startFixture({ clock }));
  const socket = stack.use(await rawSocket(fixture.url));
  await socket.initialise();
  readsByTurn.clear();
  socket.sendTogether(() => {
    for (let index = 0; index < 50; index += 1)
      socket.send({ id: String(index), type: 'subscribe', payload: { query: QUICK } });
  });
  await socket.waitFor('complete', 50);
  expect([...readsByTurn.values()].reduce((sum, calls) => sum + calls)).toBeGreaterThanOrEqual(50);
  expect(Math.max(...readsByTurn.values())).toBe(1);
});
