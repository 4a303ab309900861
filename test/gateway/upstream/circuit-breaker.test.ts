import { afterEach, expect, test } from 'vitest';
import { CircuitBreaker, CircuitOpenError } from '../../../gateway/upstream/circuit-breaker.js';
import { type Fixture, post, startFixture, until } from '../fixtures/gateway.js';
import { type FaultySubgraph, startFaultySubgraph } from '../fixtures/faulty-subgraph.js';
import { freezeClock } from '../../kit/frozen-clock.js';
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

/** Calls until the circuit breaker admits a probe. */
async function probe(circuit: CircuitBreaker, call: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    const result: unknown = await circuit.call(never, call).catch((error: unknown) => error);
    if (!(result instanceof CircuitOpenError)) return result;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('opens after failures and closes when a probe succeeds', async () => {
  const circuit = await openCircuit();
  expect(await probe(circuit, fail)).toMatchObject({ message: 'failed' });
  expect(circuit.state).toBe('open');
  expect(await probe(circuit, succeed)).toBe('fine');
  expect(circuit.state).toBe('closed');
});

test('rejects other calls immediately while a probe is running', async () => {
  const circuit = await openCircuit();
  let finish: (result: string) => void = () => undefined;
  const pending = new Promise<string>((resolve) => (finish = resolve));
  let calls = 0;
  const probing = probe(circuit, () => ((calls += 1), pending));
  await until(() => calls === 1, 'the try');
  expect(circuit.state).toBe('half-open');
  await expect(circuit.call(never, succeed)).rejects.toBeInstanceOf(CircuitOpenError);
  finish('fine');
  expect(await probing).toBe('fine');
});

test('neither opens nor closes on aborted calls', async () => {
  const circuit = new CircuitBreaker({ failures: 2 });
  const aborted = AbortSignal.abort();
  for (let i = 0; i < 9; i += 1) await expect(circuit.call(aborted, fail)).rejects.toThrow('failed');
  expect(circuit.state).toBe('closed');
  const opened = await openCircuit();
  let called = false;
  while (!called) await opened.call(aborted, () => ((called = true), fail())).catch(() => undefined);
  expect(opened.state).toBe('open');
});

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const resource of open.splice(0).reverse()) await resource[Symbol.asyncDispose]();
});

/** Milliseconds: long enough for the other subgraphs on a busy machine. */
const TIMEOUT = 2000;

/** The fixture's gateway, whose subgraph `quotas` is faulty. */
async function start(
  options: Parameters<typeof startFixture>[0] = {},
): Promise<{ fixture: Fixture; faulty: FaultySubgraph }> {
  const faulty = await startFaultySubgraph('{"data":{"quotas":[{"__typename":"Quota","id":"q"}]}}');
  open.push(faulty);
  const fixture = await startFixture({
    ...options,
    mode: 'remote',
    subgraphUrls: { quotas: faulty.url },
  });
  open.push(fixture);
  return { fixture, faulty };
}

const PARTIAL = '{ regions { id } quotas { id } }';

test('returns the fields of other subgraphs when one times out', async () => {
  const { fixture, faulty } = await start({ limits: { subgraphTimeout: TIMEOUT } });
  const response = await post(
    fixture.url,
    '{ regions { id } version cluster(id: "c1") { name quotas { id } } }',
  );
  expect(response.data).toMatchObject({ regions: [{}, {}], version: '1', cluster: null });
  expect(response.errors).toMatchObject([
    {
      message: 'The subgraph quotas took longer than 2 seconds.',
      extensions: { code: 'REQUEST_TIMEOUT' },
    },
  ]);
  await until(() => faulty.abortedCount === 1, 'the abort of the fetch');
});

test('stops calling a failing subgraph and resumes when it has recovered', async () => {
  const { fixture, faulty } = await start({
    metricsPort: 0,
    limits: { subgraphTimeout: TIMEOUT },
    circuit: { failures: 3, retryAfter: 1 },
  });
  const circuit = async (phase: string) => {
    const text = await (await fetch(fixture.gateway.metricsUrl ?? '')).text();
    return text.includes(`fleetgraph_circuit{subgraph="quotas",phase="${phase}"} 1`);
  };
  expect(await circuit('closed')).toBe(true);
  const failures = { cuts: 'SERVICE_UNAVAILABLE', hangs: 'REQUEST_TIMEOUT' } as const;
  for (const behavior of ['cuts', 'cuts', 'hangs'] as const) {
    faulty.behavior = behavior;
    const { errors } = await post(fixture.url, PARTIAL);
    expect(errors).toMatchObject([{ extensions: { code: failures[behavior] } }]);
  }
  expect(await circuit('open')).toBe(true);
  await until(() => faulty.waiting.length === 0, 'the abort of the request that took too long');
  {
    // A frozen clock keeps the probe from timing out during the assertions.
    using _still = freezeClock();
    const probes: Promise<unknown>[] = [];
    while (faulty.waiting.length === 0) {
      probes.push(post(fixture.url, PARTIAL));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { requestCount } = faulty;
    const { errors } = await post(fixture.url, PARTIAL);
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    expect(faulty.requestCount).toBe(requestCount);
    faulty.behavior = 'answers';
    faulty.waiting[0]?.end(faulty.response);
    await Promise.all(probes);
  }
  const response = await post(fixture.url, PARTIAL);
  expect(response.data).toMatchObject({ quotas: [{ id: 'q' }] });
  expect(await circuit('closed')).toBe(true);
  const text = await (await fetch(fixture.gateway.metricsUrl ?? '')).text();
  expect(text).toMatch(/fleetgraph_circuit_rejected_total\{subgraph="quotas"\} [1-9]/);
});

test('aborts the subgraph request when the client disconnects', async () => {
  const { fixture, faulty } = await start();
  const leaving = new AbortController();
  const sent = post(fixture.url, PARTIAL, { signal: leaving.signal }).catch(() => 'left');
  await until(() => faulty.waiting.length === 1, 'the request at the subgraph');
  leaving.abort();
  expect(await sent).toBe('left');
  await until(() => faulty.abortedCount === 1, 'the subgraph hears that the client has left');
});

test('aborts the subgraph request when the client completes its operation on a WebSocket', async () => {
  const { fixture, faulty } = await start();
  await using socket = openSocket(fixture.url);
  const results = socket.client.iterate({ query: PARTIAL });
  const first = results.next();
  await until(() => faulty.waiting.length === 1, 'the request at the subgraph');
  await results.return?.();
  await first;
  await until(() => faulty.abortedCount === 1, 'the abort of the fetch');
});
