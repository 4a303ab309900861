import { expect, test } from 'vitest';
import { startFixture, token, until } from '../fixtures/gateway.js';
import { rawSocket } from '../fixtures/raw-socket.js';

const EVENTS = 'subscription { clusterEvents { sequence } }';
const CLIENTS = 40;
const WITHIN = 5000;

test('sends clients a random reconnect delay on every transport when the gateway stops', async () => {
  const fixture = await startFixture({
    limits: { reconnectWindow: WITHIN, connectionsPerAccount: 3 * CLIENTS },
  });
  await using stack = new AsyncDisposableStack();
  stack.use(fixture);
  const authorization = `Bearer ${await token()}`;
  const send = (headers: Record<string, string>, method = 'POST') =>
    fetch(`${fixture.url}/graphql`, {
      method,
      headers: {
        authorization,
        ...(method === 'POST' && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(method === 'POST' && { body: JSON.stringify({ query: EVENTS }) }),
    });
  let open = 0;
  const delayIn = async (response: Response, wait: RegExp) => {
    open += 1;
    return Number(wait.exec(await response.text())?.[1]);
  };
  const stream = { accept: 'text/event-stream' };
  const ways: Readonly<Record<string, () => Promise<number>>> = {
    WebSocket: async () => {
      const socket = stack.use(await rawSocket(fixture.url));
      await socket.initialise();
      open += 1;
      const { code, reason } = await socket.closed;
      expect(code).toBe(1012);
      return Number(/retry in (\d+) ms$/.exec(reason)?.[1]);
    },
    'server-sent events': async () => delayIn(await send(stream), /\nretry: (\d+)\n\n$/),
    multipart: async () =>
      delayIn(
        await send({ accept: 'multipart/mixed;subscriptionSpec=1.0, application/json' }),
        /"code":"SERVICE_UNAVAILABLE","retryAfter":\d+,"retryAfterMs":(\d+)/,
      ),
  };
  const waits = Object.entries(ways).map(async ([way, wait]) => ({
    way,
    of: await Promise.all(Array.from({ length: CLIENTS }, wait)),
  }));
  await until(() => open === 3 * CLIENTS, 'all connections');
  fixture.gateway.drain();
  for (const { way, of } of await Promise.all(waits)) {
    expect(Math.min(...of), way).toBeGreaterThan(0);
    expect(Math.max(...of), way).toBeLessThanOrEqual(WITHIN);
    // Probability of all delays in one half: 10^-12.
    expect(Math.min(...of), way).toBeLessThan(WITHIN / 2);
    expect(Math.max(...of), way).toBeGreaterThan(WITHIN / 2);
  }
});
