import { afterEach, expect, test } from 'vitest';
import { CircuitBreaker, CircuitOpenError } from '../../../gateway/upstream/circuit-breaker.js';
import { type Fixture, post, startFixture, until } from '../fixtures/gateway.js';
import { type FaultySubgraph, startFaultySubgraph } from '../fixtures/faulty-subgraph.js';
import { openSocket } from '../fixtures/socket.js';

const never = new AbortController().signal;
const fail = () => Promise.reject(new Error('failed'));
const succeed = () => Promise.resolve('fine');

async function openCircuit(): Promise<CircuitBreaker> {
  const circuit = new CircuitBreaker({ failures: 3, retryAfter: 1 });
  for (let i = 0; i < 3; i += 1) await expect(circuit.call(never, fail)).rejects.toThrow('failed');
  expect(circuit.state).toBe('open');
  return circuit;
}

/** Calls until one is let through to try. */
async function tried(circuit: CircuitBreaker, ask: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    const answer: unknown = await circuit.call(never, ask).catch((error: unknown) => error);
    if (!(answer instanceof CircuitOpenError)) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('opens after failures and closes when a probe succeeds', async () => {
  const circuit = await openCircuit();
  expect(await tried(circuit, fail)).toMatchObject({ message: 'failed' });
  expect(circuit.state).toBe('open');
  expect(await tried(circuit, succeed)).toBe('fine');
  expect(circuit.state).toBe('closed');
});

test('rejects other calls immediately while a probe is running', async () => {
  const circuit = await openCircuit();
  let go: (answer: string) => void = () => undefined;
  const going = new Promise<string>((resolve) => (go = resolve));
  let asked = 0;
  const trying = tried(circuit, () => ((asked += 1), going));
  await until(() => asked === 1, 'the try');
  expect(circuit.state).toBe('half-open');
  await expect(circuit.call(never, succeed)).rejects.toBeInstanceOf(CircuitOpenError);
  go('fine');
  expect(await trying).toBe('fine');
});

test('aborted calls neither open nor close the circuit', async () => {
  const circuit = new CircuitBreaker({ failures: 2 });
  const left = AbortSignal.abort();
  for (let i = 0; i < 9; i += 1) await expect(circuit.call(left, fail)).rejects.toThrow('failed');
  expect(circuit.state).toBe('closed');
  const opened = await openCircuit();
  let asked = false;
  while (!asked) await opened.call(left, () => ((asked = true), fail())).catch(() => undefined);
  expect(opened.state).toBe('open');
});

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

/** Long enough for the subgraphs that do answer, however busy the machine is. */
const TIMEOUT = 2000;

/** The fixture's gateway, whose subgraph of quotas is the moody one. */
async function start(
  options: Parameters<typeof startFixture>[0] = {},
): Promise<{ fixture: Fixture; moody: FaultySubgraph }> {
  const moody = await startFaultySubgraph('{"data":{"quotas":[{"__typename":"Quota","id":"q"}]}}');
  open.push(moody);
  const fixture = await startFixture({
    ...options,
    mode: 'remote',
    elsewhere: { quotas: moody.url },
  });
  open.push(fixture);
  return { fixture, moody };
}

const PARTIAL = '{ regions { id } quotas { id } }';

test('a subgraph that times out only affects its own fields', async () => {
  const { fixture, moody } = await start({ limits: { subgraphTimeout: TIMEOUT } });
  const answer = await post(
    fixture.url,
    '{ regions { id } version cluster(id: "c1") { name quotas { id } } }',
  );
  expect(answer.data).toMatchObject({ regions: [{}, {}], version: '1', cluster: null });
  expect(answer.errors).toMatchObject([
    {
      message: 'The subgraph quotas took longer than 2 seconds.',
      extensions: { code: 'REQUEST_TIMEOUT' },
    },
  ]);
  await until(() => moody.left === 1, 'the abort of the fetch');
});

test('stops calling a failing subgraph and resumes when it has recovered', async () => {
  const { fixture, moody } = await start({
    metricsPort: 0,
    limits: { subgraphTimeout: TIMEOUT },
    circuit: { failures: 3, retryAfter: 1 },
  });
  const circuit = async (phase: string) => {
    const text = await (await fetch(fixture.gateway.metricsUrl ?? '')).text();
    return text.includes(`fleetgraph_circuit{subgraph="quotas",phase="${phase}"} 1`);
  };
  expect(await circuit('closed')).toBe(true);
  for (let i = 0; i < 3; i += 1) {
    const { errors } = await post(fixture.url, PARTIAL);
    expect(errors).toMatchObject([{ extensions: { code: 'REQUEST_TIMEOUT' } }]);
  }
  expect(await circuit('open')).toBe(true);
  let refused = 0;
  while (refused === 0) {
    const asked = moody.asked;
    const answer = await post(fixture.url, PARTIAL);
    if (answer.errors?.[0]?.extensions['code'] !== 'SERVICE_UNAVAILABLE') continue;
    expect(moody.asked).toBe(asked);
    refused += 1;
  }
  moody.mood = 'answers';
  let answer = await post(fixture.url, PARTIAL);
  while (answer.errors) answer = await post(fixture.url, PARTIAL);
  expect(answer.data).toMatchObject({ quotas: [{ id: 'q' }] });
  expect(await circuit('closed')).toBe(true);
  const text = await (await fetch(fixture.gateway.metricsUrl ?? '')).text();
  expect(text).toMatch(/fleetgraph_circuit_refused_total\{subgraph="quotas"\} [1-9]/);
});

test('aborts the subgraph request when the client disconnects', async () => {
  const { fixture, moody } = await start();
  const leaving = new AbortController();
  const sent = post(fixture.url, PARTIAL, { signal: leaving.signal }).catch(() => 'left');
  await until(() => moody.waiting.length === 1, 'the request at the subgraph');
  leaving.abort();
  expect(await sent).toBe('left');
  await until(() => moody.left === 1, 'the subgraph hears that the client has left');
});

test('aborts the subgraph request when the client completes its operation on a WebSocket', async () => {
  const { fixture, moody } = await start();
  await using socket = openSocket(fixture.url);
  const results = socket.client.iterate({ query: PARTIAL });
  const first = results.next();
  await until(() => moody.waiting.length === 1, 'the request at the subgraph');
  await results.return?.();
  await first;
  await until(() => moody.left === 1, 'the abort of the fetch');
});
