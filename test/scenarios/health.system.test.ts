import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import { createLog } from '../../kernel/log.js';
import { HealthServer } from '../../roles/health.js';
import { eventually } from '../kit/eventually.js';
import { startRole } from '../kit/role-process.js';

interface Probe {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function probe(url: string): Promise<Probe> {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Sends probes from another thread until the response has the status, then wakes the waiting thread. */
const PROBES = `
  const { workerData: { url, status, done }, parentPort } = require('node:worker_threads');
  (async () => {
    let response;
    do response = await fetch(url + '/healthz'); while (response.status !== status);
    parentPort.postMessage({ status, body: await response.json() });
    Atomics.store(done, 0, 1);
    Atomics.notify(done, 0);
  })();
`;

/** The response of `/healthz` with the status while the event loop of this thread is blocked. */
async function probeStandingStill(url: string, status: number): Promise<Probe> {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const prober = new Worker(PROBES, { eval: true, workerData: { url, status, done } });
  const firstMessage = new Promise<Probe>((resolve) => prober.once('message', resolve));
  Atomics.wait(done, 0, 0);
  return firstMessage;
}

test('the liveness probe succeeds while the main thread is busy', async () => {
  const options = { host: '127.0.0.1', port: 0, log: createLog('silent') };
  await using health = await HealthServer.start({ ...options, stallMs: 600_000 });
  expect(await probeStandingStill(health.url, 200)).toMatchObject({ body: { alive: true } });
});

test('the liveness probe fails while the event loop is blocked too long and succeeds once it turns', async () => {
  const options = { host: '127.0.0.1', port: 0, log: createLog('silent') };
  await using health = await HealthServer.start({ ...options, stallMs: 1000 });
  expect(await probeStandingStill(health.url, 503)).toMatchObject({ body: { alive: false } });
  await eventually(async () => (await probe(`${health.url}/healthz`)).status === 200);
});

test('the readiness probe fails during the start, when the check reports not ready, and when the check throws', async () => {
  await using health = await HealthServer.start({
    host: '127.0.0.1',
    port: 0,
    stallMs: 30_000,
    log: createLog('silent'),
  });
  const ready = () => probe(`${health.url}/readyz`);
  expect(await ready()).toEqual({ status: 503, body: { ready: false, starting: true } });
  health.check = () => Promise.resolve({ ready: true, database: 'ok' });
  expect(await ready()).toEqual({ status: 200, body: { ready: true, database: 'ok' } });
  health.check = () => Promise.resolve({ ready: false, database: 'unreachable' });
  expect(await ready()).toEqual({ status: 503, body: { ready: false, database: 'unreachable' } });
  health.check = () => Promise.reject(new Error('it failed'));
  expect(await ready()).toEqual({ status: 503, body: { ready: false } });
});

test('fails the start when the port is taken', async () => {
  const options = { host: '127.0.0.1', stallMs: 30_000, log: createLog('silent') };
  await using health = await HealthServer.start({ ...options, port: 0 });
  const { port } = new URL(health.url);
  await expect(HealthServer.start({ ...options, port: Number(port) })).rejects.toThrow('EADDRINUSE');
});

test('a role serves probes on HEALTH_PORT', async () => {
  const port = String(await freePort());
  await using gateway = await startRole(['gateway', '--supergraph', 'gateway/supergraph.graphql'], {
    PORT: '0',
    FLEETGRAPH_AUTH: 'off',
    HEALTH_PORT: port,
  });
  expect(gateway.url).toMatch(/^http/);
  expect((await probe(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  // No subgraph runs. A response that the main thread did not give in time does not name them.
  const ready = () => probe(`http://127.0.0.1:${port}/readyz`);
  const { status, body } = await eventually(async () => {
    const probe = await ready();
    return 'subgraphs' in probe.body && probe;
  });
  expect(status).toBe(503);
  expect(body).toMatchObject({ ready: false, draining: false, subgraphs: { clusters: 'unreachable' } });
});
