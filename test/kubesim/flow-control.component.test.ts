import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Response } from 'undici';
import { eventually } from '../kit/eventually.js';
import { clusterBody, startSimulator, type Cluster, type Simulator } from './simulator.js';

/** Maximum numbers of running and of waiting requests of a flow. */
const AT_ONCE = 8;
const WAITING = 400;
const TOO_MANY = 20;

let simulator: Simulator;
let busy: Cluster;
let other: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  busy = await simulator.cluster('busy');
  await simulator.cloud('PUT', '/clusters/other', clusterBody({ account: 'globex' }));
  await eventually(async () => (await simulator.cloud('GET', '/clusters/other')).body.state === 'RUNNING', {
    what: 'a running cluster',
  });
  other = await simulator.access('other');
});
afterAll(() => simulator[Symbol.asyncDispose]());

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

interface SlowRequest {
  /** Sends the rest of the body and returns the status. */
  end(): Promise<number>;
}

/** A request that holds a slot until `end` sends its body. */
async function slowRequest(name: string): Promise<SlowRequest> {
  const { hostname, port, pathname } = new URL(busy.server);
  const body = JSON.stringify({ metadata: { name } });
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  socket
    .setEncoding('latin1')
    .write(
      `POST ${pathname}${CONFIG_MAPS} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${busy.token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n`,
    );
  // The server sends it when it has accepted the request.
  const [first] = (await once(socket, 'data')) as [string];
  expect(first).toMatch(/^HTTP\/1.1 100 /);
  return {
    async end() {
      socket.write(body);
      const [statusLine] = (await once(socket, 'data')) as [string];
      socket.destroy();
      return Number(statusLine.split(' ')[1]);
    },
  };
}

/** Requests that hold all slots. Cached tokens are verified synchronously. */
async function takeAllPlaces(name: string): Promise<SlowRequest[]> {
  await busy.api('GET', CONFIG_MAPS);
  return Promise.all(Array.from({ length: AT_ONCE }, (_, index) => slowRequest(`${name}-${index}`)));
}

const statusOf = async (response: Promise<Response>) => {
  const { status, headers, body } = await response;
  await body?.cancel();
  return { status, retryAfter: headers.get('retry-after') };
};

test('queues requests of an account and rejects too many with 429, while other accounts are served', async () => {
  const slow = await takeAllPlaces('slow');
  const completed: number[] = [];
  const disconnect = new AbortController();
  const ask = async (signal?: AbortSignal) => {
    const response = await statusOf(busy.open(CONFIG_MAPS, signal ? { signal } : {}));
    completed.push(response.status);
    return response;
  };
  const abandoned = Array.from({ length: 100 }, () => ask(disconnect.signal).catch(() => undefined));
  const waiting = Array.from({ length: WAITING + TOO_MANY - abandoned.length }, () => ask());
  await eventually(() => completed.length === TOO_MANY, { what: 'the rejection of those that are too many' });
  expect(new Set(completed)).toEqual(new Set([429]));
  expect((await other.api('GET', CONFIG_MAPS)).status).toBe(200);
  const metrics = await (await other.open('/metrics')).text();
  expect(metrics).toContain('reason="queue-full"} 0');
  // Aborted requests leave the queue.
  disconnect.abort();
  await Promise.all(abandoned);
  expect(new Set(await Promise.all(slow.map(({ end }) => end())))).toEqual(new Set([201]));
  const responses = await Promise.all(waiting);
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200, 429]));
  expect(responses.filter(({ status }) => status === 429).every(({ retryAfter }) => retryAfter === '1')).toBe(
    true,
  );
});

test('limits an account to 1,000 open watches', async () => {
  const disconnect = new AbortController();
  const path = `${CONFIG_MAPS}?watch=1`;
  const watch = () => other.open(path, { signal: disconnect.signal });
  // Referenced, because an unreferenced response is cancelled.
  const watches: Response[] = [];
  // Not all at once: on a busy machine a thousand handshakes take longer than the client waits for one.
  while (watches.length < 1_000) watches.push(...(await Promise.all(Array.from({ length: 50 }, watch))));
  expect(await statusOf(other.open(path))).toEqual({ status: 429, retryAfter: '1' });
  expect((await other.api('GET', CONFIG_MAPS)).status).toBe(200);
  expect(new Set(watches.map(({ status }) => status))).toEqual(new Set([200]));
  disconnect.abort();
  await eventually(async () => (await statusOf(other.open(path))).status === 200, { what: 'room' });
});

test('does not queue requests of the platform behind those of users', async () => {
  const slow = await takeAllPlaces('again');
  const people = busy.api('GET', CONFIG_MAPS);
  const own = await simulator.access('busy', { name: 'fleetgraph' });
  const completed: string[] = [];
  // Not a list: the list rate of the cluster is exhausted.
  const platform = await own.open('/api/v1/namespaces/default');
  completed.push('platform');
  expect(platform.status).toBe(200);
  await platform.body?.cancel();
  void people.then(() => completed.push('people'));
  await Promise.all([people, ...slow.map(({ end }) => end())]);
  expect(completed).toEqual(['platform', 'people']);
});

test('sends a complete list in parts, as objects and as a table', async () => {
  const names = Array.from({ length: 350 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
  await Promise.all(
    names.map((name) => other.api('POST', CONFIG_MAPS, { metadata: { name, labels: { many: 'yes' } } })),
  );
  // The list rate of this cluster is not exhausted.
  const path = `${CONFIG_MAPS}?labelSelector=many=yes`;
  const list = await other.api('GET', path);
  expect(list.body.kind).toBe('ConfigMapList');
  expect(list.body.items.map(({ metadata }) => metadata.name)).toEqual(names);
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const table = await other.api('GET', path, undefined, { accept });
  expect(table.body.rows.map(({ cells }) => cells[0])).toEqual(names);
});
