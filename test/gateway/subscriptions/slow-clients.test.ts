import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClientSubscription } from '../../../gateway/subscriptions/client-subscription.js';
import { serializeEvent } from '../../../gateway/subscriptions/serialized-event.js';
import { drainRoundRobin } from '../../../gateway/transport/core/round-robin.js';
import { type Fixture, startFixture, token, until } from '../fixtures/gateway.js';
import { type OwnRequest, requestOnNewConnection, sequencesIn } from '../fixtures/dedicated-connection.js';
import { rawSocket } from '../fixtures/raw-socket.js';

/** Half a megabyte an event: a hundred of them are more than all that lies between the gateway and who does not read. */
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

async function ask(request: Omit<OwnRequest, 'bearer'>): Promise<IncomingMessage> {
  const response = await requestOnNewConnection(fixture.url, { bearer, ...request });
  stack.defer(() => void response.destroy());
  return response;
}

/** A reader of a padded stream that can stop reading. */
interface Reader {
  /** Sequences of the events that it has got. */
  readonly seen: number[];
  pause(): void;
  resume(): void;
}

function reader(response: IncomingMessage): Reader {
  const seen = sequencesIn(response);
  return { seen, pause: () => response.pause(), resume: () => response.resume() };
}

async function streamed(accept: string): Promise<Reader> {
  return reader(await ask({ headers: { accept }, body: { query: PADDED } }));
}

async function reserved(): Promise<Record<string, string>> {
  return { 'x-graphql-event-stream-token': await text(await ask({ method: 'PUT' })) };
}

const openReserved = (named: Record<string, string>) =>
  ask({ method: 'GET', headers: { accept: 'text/event-stream', ...named } });

const readers: ReadonlyMap<string, () => Promise<Reader>> = new Map([
  ['server-sent events', () => streamed('text/event-stream')],
  ['multipart', () => streamed('multipart/mixed;subscriptionSpec=1.0, application/json')],
  [
    'a reserved stream',
    async () => {
      const named = await reserved();
      const stream = reader(await openReserved(named));
      const accepted = await ask({
        headers: named,
        body: { query: PADDED, extensions: { operationId: 'one' } },
      });
      expect(accepted.statusCode).toBe(202);
      return stream;
    },
  ],
  [
    'a WebSocket',
    async () => {
      const raw = stack.use(await rawSocket(fixture.url));
      await raw.initialise();
      const seen: number[] = [];
      raw.socket.on('message', (data) => {
        const sequence = /"sequence":(\d+)/.exec(String(data as Buffer))?.[1];
        if (sequence !== undefined) seen.push(Number(sequence));
      });
      raw.say({ id: 'one', type: 'subscribe', payload: { query: PADDED } });
      // Messages are handled in order: when this is answered the subscription has begun.
      raw.say({ type: 'ping' });
      await raw.heard('pong');
      return { seen, pause: () => raw.socket.pause(), resume: () => raw.socket.resume() };
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
    await until(() => fast.seen.length === 1 && slow.seen.length === 1, 'the first event');
    slow.pause();
    for (let count = 0; count < 100; count += 1) hub.publish('acme', 'c1');
    await until(() => fast.seen.length === 101, 'the fast one to get everything');
    expect(fast.seen).toEqual(upTo(101));
    slow.resume();
    await until(() => slow.seen.length === 101, 'the slow one to get everything');
    expect(slow.seen).toEqual(upTo(101));
    // It was let go of, and went on behind what it had been given, which was not much.
    const behind = hub.opened.filter((after) => after !== null).map(Number);
    expect(behind.length).toBeGreaterThan(0);
    expect(Math.min(...behind)).toBeLessThan(60);
    await until(() => hub.listening === 1, 'one upstream again');
  });
});

describe('a client that does not read its connection', () => {
  /** A query whose answer is as long as itself. */
  const query = `{ ${'a'.repeat(90_000)}: __typename }`;
  let last = 0;
  const run = async (named: Record<string, string>) => {
    const body = { query, extensions: { operationId: `query-${(last += 1)}` } };
    const { statusCode } = await ask({ headers: named, body });
    return statusCode;
  };

  /** Asks again and again until the stream is gone; nobody would stop a gateway that does not look. */
  const untilGone = async (named: Record<string, string>) => {
    for (let count = 0; count < 1000; count += 1) {
      const status = await run(named);
      if (status === 404) return;
      expect(status).toBe(202);
    }
    expect.fail('90 MB of answers are kept');
  };

  test('is disconnected when its unread responses exceed the limit', async () => {
    const named = await reserved();
    (await openReserved(named)).pause();
    await untilGone(named);
  });

  test('loses its reserved stream when too many messages are queued before it is opened', async () => {
    const named = await reserved();
    await untilGone(named);
    expect((await openReserved(named)).statusCode).toBe(404);
  });
});

describe('forty streams on one connection', () => {
  const QUERIES = Array.from({ length: 40 }, (_, index) => `stream-${index}`);
  const events = 3;
  /** Sequences that each operation has got, by its id. */
  let seen: Map<string, number[]>;
  beforeEach(() => (seen = new Map(QUERIES.map((id) => [id, []]))));

  function see(message: string): void {
    const [, id = '', sequence] = /"id":"([\w-]+)".*?"sequence":(\d+)/.exec(message) ?? [];
    if (sequence !== undefined) seen.get(id)?.push(Number(sequence));
  }

  async function getEverything(): Promise<void> {
    const { hub } = fixture;
    await until(() => hub.listening === 1, 'one upstream for all');
    for (let count = 0; count < events; count += 1) hub.publish('acme', 'c1');
    await until(() => [...seen.values()].every(({ length }) => length === events), 'everything');
    for (const sequences of seen.values()) expect(sequences).toEqual(upTo(events));
  }

  test('take turns on a WebSocket, which is not closed by a burst of events', async () => {
    const raw = stack.use(await rawSocket(fixture.url));
    await raw.initialise();
    raw.socket.on('message', (data) => see(String(data as Buffer)));
    for (const id of QUERIES) raw.say({ id, type: 'subscribe', payload: { query: PADDED } });
    raw.say({ type: 'ping' });
    await raw.heard('pong');
    await getEverything();
  });

  test('take turns on a reserved stream, which is not closed by a burst of events', async () => {
    const named = await reserved();
    const stream = await openReserved(named);
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(see);
    });
    for (const operationId of QUERIES) {
      const { statusCode } = await ask({
        headers: named,
        body: { query: PADDED, extensions: { operationId } },
      });
      expect(statusCode).toBe(202);
    }
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
          // One event is all that the network takes at once.
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
