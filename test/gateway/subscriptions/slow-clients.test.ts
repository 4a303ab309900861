import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClientSubscription } from '../../../gateway/subscriptions/client-subscription.js';
import { serializeEvent } from '../../../gateway/subscriptions/serialized-event.js';
import { drainRoundRobin } from '../../../gateway/transport/core/round-robin.js';
import { type Fixture, startFixture, token, until } from '../fixtures/gateway.js';
import {
  type DedicatedRequest,
  requestOnNewConnection,
  sequencesIn,
} from '../fixtures/dedicated-connection.js';
import { rawSocket } from '../fixtures/raw-socket.js';

/** Half a megabyte per event: a hundred events exceed all buffers between the gateway and a client that does not read. */
const PADDED = 'subscription Padded($after: String) { clusterEvents(after: $after) { sequence padding } }';

let fixture: Fixture;
let bearer: string;
let stack: AsyncDisposableStack;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  fixture = stack.use(
    await startFixture({ limits: { streamQueue: 4, connectionInitTimeout: 600_000, aliasLength: 100_000 } }),
  );
  bearer = await token();
});
afterEach(() => stack.disposeAsync());

async function send(request: Omit<DedicatedRequest, 'bearer'>): Promise<IncomingMessage> {
  const response = await requestOnNewConnection(fixture.url, { bearer, ...request });
  stack.defer(() => void response.destroy());
  return response;
}

/** A reader of a padded stream that can stop reading. */
interface Reader {
  /** Sequences of the received events. */
  readonly sequences: number[];
  pause(): void;
  resume(): void;
}

function reader(response: IncomingMessage): Reader {
  const sequences = sequencesIn(response);
  return { sequences, pause: () => response.pause(), resume: () => response.resume() };
}

async function streamed(accept: string): Promise<Reader> {
  return reader(await send({ headers: { accept }, body: { query: PADDED } }));
}

const readers: ReadonlyMap<string, () => Promise<Reader>> = new Map([
  ['server-sent events', () => streamed('text/event-stream')],
  ['multipart', () => streamed('multipart/mixed;subscriptionSpec=1.0, application/json')],
  [
    'a WebSocket',
    async () => {
      const raw = stack.use(await rawSocket(fixture.url));
      await raw.initialise();
      const sequences: number[] = [];
      raw.socket.on('message', (data) => {
        const sequence = /"sequence":(\d+)/.exec(String(data as Buffer))?.[1];
        if (sequence !== undefined) sequences.push(Number(sequence));
      });
      raw.send({ id: 'one', type: 'subscribe', payload: { query: PADDED } });
      // Messages are handled in order: after the pong the subscription has started.
      raw.send({ type: 'ping' });
      await raw.waitFor('pong');
      return { sequences, pause: () => raw.socket.pause(), resume: () => raw.socket.resume() };
    },
  ],
]);

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe.each([...readers])('a slow client over %s', (_way, subscribe) => {
  test('is detached, does not slow down other clients, and gets every missed event replayed', async () => {
    const { hub } = fixture;
    const fast = await subscribe();
    const slow = await subscribe();
    await until(() => hub.listening === 1, 'one upstream for both');
    hub.publish('acme', 'c1');
    await until(() => fast.sequences.length === 1 && slow.sequences.length === 1, 'the first event');
    slow.pause();
    for (let count = 0; count < 100; count += 1) hub.publish('acme', 'c1');
    await until(() => fast.sequences.length === 101, 'the fast one to get everything');
    expect(fast.sequences).toEqual(upTo(101));
    slow.resume();
    await until(() => slow.sequences.length === 101, 'the slow one to get everything');
    expect(slow.sequences).toEqual(upTo(101));
    // The client was detached and resumed after its last event, which was an early one.
    const resumedAfter = hub.opened.filter((after) => after !== null).map(Number);
    expect(resumedAfter.length).toBeGreaterThan(0);
    expect(Math.min(...resumedAfter)).toBeLessThan(60);
    await until(() => hub.listening === 1, 'one upstream again');
  });
});

test('disconnects a client that does not read its WebSocket when its unread responses exceed the limit', async () => {
  const raw = stack.use(await rawSocket(fixture.url));
  await raw.initialise();
  raw.socket.pause();
  /** A query with a response of 90 kB: the alias is a part of the response. */
  const query = `{ ${'a'.repeat(90_000)}: __typename }`;
  let closed = false;
  void raw.closed.then(() => (closed = true));
  for (let count = 0; count < 1000 && !closed; count += 1) {
    raw.send({ id: `query-${count}`, type: 'subscribe', payload: { query } });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  raw.socket.resume();
  expect((await raw.closed).code).toBe(1006);
});

describe('forty streams on one connection', () => {
  const QUERIES = Array.from({ length: 40 }, (_, index) => `stream-${index}`);
  const events = 3;
  /** Sequences of the received events by operation id. */
  let sequencesById: Map<string, number[]>;
  beforeEach(() => (sequencesById = new Map(QUERIES.map((id) => [id, []]))));

  function see(message: string): void {
    const [, id = '', sequence] = /"id":"([\w-]+)".*?"sequence":(\d+)/.exec(message) ?? [];
    if (sequence !== undefined) sequencesById.get(id)?.push(Number(sequence));
  }

  async function getEverything(): Promise<void> {
    const { hub } = fixture;
    await until(() => hub.listening === 1, 'one upstream for all');
    for (let count = 0; count < events; count += 1) hub.publish('acme', 'c1');
    await until(() => [...sequencesById.values()].every(({ length }) => length === events), 'everything');
    for (const sequences of sequencesById.values()) expect(sequences).toEqual(upTo(events));
  }

  test('take turns on a WebSocket, which is not closed by a burst of events', async () => {
    const raw = stack.use(await rawSocket(fixture.url));
    await raw.initialise();
    raw.socket.on('message', (data) => see(String(data as Buffer)));
    for (const id of QUERIES) raw.send({ id, type: 'subscribe', payload: { query: PADDED } });
    raw.send({ type: 'ping' });
    await raw.waitFor('pong');
    await getEverything();
  });
});

test('moves a stream to the end of the order after its turn on a connection', () => {
  const connection = { needsDrain: true };
  const got: string[] = [];
  const operation = (name: string) => ({
    subscription: new ClientSubscription({
      sink: {
        get needsDrain() {
          return connection.needsDrain;
        },
        next: () => {
          got.push(name);
          // The connection needs to drain after each event.
          connection.needsDrain = true;
          return false;
        },
        error: () => undefined,
        complete: () => undefined,
      },
      maxEvents: 10,
      maxBytes: 1000,
      resubscribe: () => undefined,
      dropped: () => undefined,
    }),
  });
  const operations = new Map(['a', 'b', 'c'].map((name) => [name, operation(name)]));
  const frame = serializeEvent({ result: { data: {} } });
  for (const { subscription } of operations.values())
    for (let count = 0; count < 2; count += 1) subscription.offer(frame);
  expect(got).toEqual([]);
  for (let turn = 0; turn < 6; turn += 1) {
    connection.needsDrain = false;
    drainRoundRobin(operations, connection);
  }
  expect(got).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
});
