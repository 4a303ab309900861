import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { type MovableClock, movableClock } from '../../kit/clock.js';
import { type Fixture, startFixture, token, until } from '../fixtures/gateway.js';
import { requestOnNewConnection, sequencesIn } from '../fixtures/dedicated-connection.js';
import { rawSocket } from '../fixtures/raw-socket.js';

/** Half a megabyte per event: a hundred events exceed all buffers between the gateway and a client that does not read. */
const PADDED = 'subscription { clusterEvents { sequence padding } }';
const STREAM = { accept: 'text/event-stream' };

let clock: MovableClock;
let fixture: Fixture;
let stack: AsyncDisposableStack;
beforeEach(async () => {
  clock = movableClock();
  stack = new AsyncDisposableStack();
  const limits = { connectionsPerAccount: 2, streamQueue: 4, closeTimeout: 300 };
  fixture = stack.use(await startFixture({ clock, limits }));
});
afterEach(() => stack.disposeAsync());

async function streamed(bearer: string, accept: string): Promise<void> {
  const response = await requestOnNewConnection(fixture.url, {
    bearer,
    headers: { accept },
    body: { query: PADDED },
  });
  stack.defer(() => void response.destroy());
  expect(response.statusCode).toBe(200);
}

/** Ways to subscribe without reading. */
const ways: ReadonlyMap<string, (bearer: string) => Promise<void>> = new Map([
  ['server-sent events', (bearer: string) => streamed(bearer, STREAM.accept)],
  [
    'multipart',
    (bearer: string) => streamed(bearer, 'multipart/mixed;subscriptionSpec=1.0, application/json'),
  ],
  [
    'a WebSocket',
    async (bearer: string) => {
      const raw = stack.use(await rawSocket(fixture.url));
      raw.send({ type: 'connection_init', payload: { token: bearer } });
      await raw.waitFor('connection_ack');
      raw.send({ id: 'one', type: 'subscribe', payload: { query: PADDED } });
      raw.socket.pause();
    },
  ],
]);

/** Sequences of the events that a reading subscriber receives. */
async function reader(): Promise<number[]> {
  const request = { bearer: await token(), headers: STREAM, body: { query: PADDED } };
  const response = await requestOnNewConnection(fixture.url, request);
  stack.defer(() => void response.destroy());
  return sequencesIn(response);
}

/** Whether the account may open another stream. */
async function hasRoom(): Promise<boolean> {
  const body = { query: 'subscription { ticks }' };
  const response = await requestOnNewConnection(fixture.url, {
    bearer: await token(),
    headers: STREAM,
    body,
  });
  const { statusCode } = response;
  response.destroy();
  return statusCode === 200;
}

describe.each([...ways])('a client that reads nothing of %s', (_way, subscribe) => {
  test('is disconnected when its token expires, although its unread data cannot be sent', async () => {
    const { hub } = fixture;
    const sequences = await reader();
    await subscribe(await token('acme', { expiresIn: 60 }));
    await until(() => hub.listening === 1, 'one upstream for both');
    for (let count = 0; count < 100; count += 1) hub.publish('acme', 'c1');
    await until(() => sequences.length === 100, 'all events at the reading client');
    expect(await hasRoom()).toBe(false);
    clock.advance(61_000);
    await eventually(hasRoom, { what: 'room for another' });
  });
});
