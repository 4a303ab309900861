import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { freePort } from '../../kernel/free-port.js';
import { createLog } from '../../kernel/log.js';
import { HealthServer } from '../../roles/health.js';
import { startRole } from '../kit/role-process.js';

interface Probe {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function probe(url: string): Promise<Probe> {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Asks from a thread of its own until it was told 200 and then 503, and writes down what it was told last. */
const PROBES = `
  const { workerData: { url, done }, parentPort } = require('node:worker_threads');
  const probe = async (path) => {
    const response = await fetch(url + path);
    return { status: response.status, body: await response.json() };
  };
  (async () => {
    const alive = await probe('/healthz');
    let dead = alive;
    while (dead.status === 200) dead = await probe('/healthz');
    parentPort.postMessage({ alive, dead });
    Atomics.store(done, 0, 1);
    Atomics.notify(done, 0);
  })();
`;

test('says alive while the main thread is busy, and dead once it has stood still for too long', async () => {
  const health = await HealthServer.start({
    host: '127.0.0.1',
    port: 0,
    stallMs: 1000,
    log: createLog('silent'),
  });
  await using _ = health;
  const done = new Int32Array(new SharedArrayBuffer(4));
  const prober = new Worker(PROBES, { eval: true, workerData: { url: health.url, done } });
  const told = new Promise<{ alive: Probe; dead: Probe }>((resolve) => prober.once('message', resolve));
  // This thread stands still here until it was said to be dead.
  Atomics.wait(done, 0, 0);
  expect(await told).toMatchObject({
    alive: { status: 200, body: { alive: true } },
    dead: { status: 503, body: { alive: false } },
  });
  // It is alive again as soon as it turns.
  await expect.poll(async () => (await probe(`${health.url}/healthz`)).status).toBe(200);
});

test('is not ready while it starts, when its check says so, and when its check fails', async () => {
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
  // No subgraph runs.
  const { status, body } = await probe(`http://127.0.0.1:${port}/readyz`);
  expect(status).toBe(503);
  expect(body).toMatchObject({ ready: false, draining: false, subgraphs: { clusters: 'unreachable' } });
});
