import { afterEach, beforeEach, expect, test } from 'vitest';
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

/** Ways to subscribe without reading, by the account that uses them. */
const ways: ReadonlyMap<string, (bearer: string) => Promise<void>> = new Map([
  ['events', (bearer: string) => streamed(bearer, STREAM.accept)],
  [
    'multipart',
    (bearer: string) => streamed(bearer, 'multipart/mixed;subscriptionSpec=1.0, application/json'),
  ],
  [
    'websocket',
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
async function reader(account: string): Promise<number[]> {
  const request = { bearer: await token(account), headers: STREAM, body: { query: PADDED } };
  const response = await requestOnNewConnection(fixture.url, request);
  stack.defer(() => void response.destroy());
  return sequencesIn(response);
}

/** Whether the account may open another stream. */
async function hasRoom(account: string): Promise<boolean> {
  const body = { query: 'subscription { ticks }' };
  const response = await requestOnNewConnection(fixture.url, {
    bearer: await token(account),
    headers: STREAM,
    body,
  });
  const { statusCode } = response;
  response.destroy();
  return statusCode === 200;
}

test('disconnects clients that read nothing when their tokens expire, although unread data cannot be sent', async () => {
  const { hub } = fixture;
  const accounts = [...ways.keys()];
  for (const [account, subscribe] of ways) {
    const sequences = await reader(account);
    await subscribe(await token(account, { expiresIn: 60 }));
    await until(() => hub.listening === accounts.indexOf(account) + 1, 'one upstream for both');
    for (let count = 0; count < 100; count += 1) hub.publish(account, 'c1');
    await until(() => sequences.length === 100, 'all events at the reading client');
    expect(await hasRoom(account), account).toBe(false);
  }
  clock.advance(61_000);
  for (const account of accounts)
    await eventually(() => hasRoom(account), { what: `room for another of ${account}` });
});
