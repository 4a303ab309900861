import { createClient, type EventStream, GraphQLRequestError, type Retry } from '@fleetgraph/client';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../kit/eventually.js';
import { Countdown, EntriesAfter, EntriesFromNow, MisspelledEvents } from './documents.js';
import { TestServer, TOKEN } from './server.js';

const FAST = { initialDelayMs: 20, maxDelayMs: 50 };
let server: TestServer;

beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

function connect(retries: Retry[] = [], token: string | (() => string | undefined) = TOKEN) {
  return createClient({ url: server.url, token, retry: FAST, onRetry: (retry) => retries.push(retry) });
}

/** Resolves when the server has received that many subscriptions and the last one follows the ledger. */
function subscribed(count: number): Promise<true> {
  return eventually(() => server.subscriptions.length >= count && (true as const), {
    what: `${count} subscriptions`,
  });
}

async function take<T extends { entries: { amount: number } }>(
  stream: EventStream<T>,
  count: number,
): Promise<number[]> {
  const amounts: number[] = [];
  while (amounts.length < count) {
    const step = await stream.next();
    if (step.done) break;
    amounts.push(step.value.entries.amount);
  }
  return amounts;
}

function add(from: number, to: number): void {
  for (let amount = from; amount <= to; amount++) server.ledger.add(amount);
}

describe('a subscription', () => {
  it('yields typed events in order over the global WebSocket or a given class', async () => {
    for (const webSocketImpl of [undefined, WebSocket]) {
      await using client = createClient({
        url: server.url,
        token: TOKEN,
        ...(webSocketImpl ? { webSocketImpl } : {}),
      });
      const stream = client.subscribe(EntriesAfter, { after: 'c0' });
      server.ledger.add(1);
      expect(await take(stream, 1)).toEqual([1]);
      expectTypeOf(stream).toExtend<AsyncIterable<{ entries: { cursor: string; amount: number } }>>();
      expect(server.subscriptions.at(-1)?.token).toBe(`Bearer ${TOKEN}`);
    }
  });

  it('ends when the server completes a stream that cannot be resumed', async () => {
    await using client = connect();
    const numbers: number[] = [];
    for await (const { countdown } of client.subscribe(Countdown, { from: 3 })) numbers.push(countdown);
    expect(numbers).toEqual([3, 2, 1, 0]);
  });

  it('shares one WebSocket with the other subscriptions of its client', async () => {
    await using client = connect();
    client.subscribe(EntriesAfter);
    client.subscribe(EntriesAfter);
    await subscribed(2);
    expect(server.openSockets).toBe(1);
  });

  it.each([undefined, 1000, 1001, 1012, 4499])(
    'continues without gap or duplicate when the socket is closed with %s',
    async (code) => {
      const retries: Retry[] = [];
      await using client = connect(retries);
      const stream = client.subscribe(EntriesAfter);
      await subscribed(1);
      add(1, 3);
      const amounts = await take(stream, 2);
      await server.cut(code);
      add(4, 6);
      amounts.push(...(await take(stream, 4)));
      expect(amounts).toEqual([1, 2, 3, 4, 5, 6]);
      expect(server.subscriptions.at(-1)?.variables).toEqual({ after: 'c3' });
      expect(retries).toHaveLength(1);
      expect(stream.cursor).toBe('c6');
    },
  );

  it('resumes after the server is killed and restarted, however often it is rejected in between', async () => {
    const retries: Retry[] = [];
    await using client = connect(retries);
    const stream = client.subscribe(EntriesAfter);
    await subscribed(1);
    add(1, 2);
    const amounts = await take(stream, 2);
    await server.kill();
    add(3, 4);
    await eventually(() => retries.length >= 4);
    await server.listen();
    amounts.push(...(await take(stream, 2)));
    expect(amounts).toEqual([1, 2, 3, 4]);
  });

  it('resubscribes after an event with SERVICE_UNAVAILABLE and loses no event', async () => {
    const retries: Retry[] = [];
    await using client = connect(retries);
    const stream = client.subscribe(EntriesAfter, { after: 'c0' });
    server.ledger.faults.push('SERVICE_UNAVAILABLE');
    add(1, 2);
    expect(await take(stream, 2)).toEqual([1, 2]);
    expect(retries).toMatchObject([
      { operation: 'Entries', attempt: 1, error: { code: 'SERVICE_UNAVAILABLE' } },
    ]);
  });

  it('starts at the present after a lost connection when the document declares no $after', async () => {
    await using client = connect();
    const stream = client.subscribe(EntriesFromNow);
    await subscribed(1);
    await server.cut();
    add(1, 1);
    await subscribed(2);
    add(2, 2);
    expect(await take(stream, 1)).toEqual([2]);
  });
});

describe('a rejection', () => {
  it.each(['INVALID_CURSOR', 'CURSOR_EXPIRED', 'NOT_FOUND'])(
    'of code %s is thrown and ends the subscription',
    async (code) => {
      await using client = connect();
      const stream = client.subscribe(EntriesAfter, { after: 'c0' });
      server.ledger.faults.push(code);
      add(1, 1);
      await expect(stream.next()).rejects.toMatchObject({ name: 'GraphQLRequestError', code });
      await expect(stream.next()).resolves.toEqual({ done: true, value: undefined });
      expect(server.subscriptions).toHaveLength(1);
    },
  );

  it('of the whole subscription is thrown by the iterator', async () => {
    await using client = connect();
    await expect(client.subscribe(EntriesAfter, { after: 'nonsense' }).next()).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
    await expect(client.subscribe(MisspelledEvents).next()).rejects.toBeInstanceOf(GraphQLRequestError);
  });

  it('of the token is thrown as UNAUTHENTICATED', async () => {
    await using client = connect([], 'wrong');
    await expect(client.subscribe(EntriesAfter).next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('of a token that expires during the stream is thrown, or retried with a new token if there is one', async () => {
    await using holder = connect([], TOKEN);
    await using renewer = connect([], () => TOKEN);
    const expired = holder.subscribe(EntriesAfter, { after: 'c0' });
    const renewed = renewer.subscribe(EntriesAfter, { after: 'c0' });
    await subscribed(2);
    await server.cut(4411, 'Token expired');
    await expect(expired.next()).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    add(1, 1);
    expect(await take(renewed, 1)).toEqual([1]);
  });

  it('of an old token is retried with a new token if there is one', async () => {
    const tokens = ['expired'];
    await using client = connect([], () => tokens.shift() ?? TOKEN);
    const stream = client.subscribe(EntriesAfter, { after: 'c0' });
    add(1, 1);
    expect(await take(stream, 1)).toEqual([1]);
  });
});

describe('without a usable WebSocket', () => {
  it('the iterator throws the reason', async () => {
    const webSocketImpl = class NoSocket {};
    await using client = createClient({ url: server.url, webSocketImpl });
    await expect(client.subscribe(EntriesAfter).next()).rejects.toThrow('Invalid WebSocket implementation');
  });
});

describe('ending', () => {
  it('by the signal ends the iteration and the subscription on the server', async () => {
    await using client = connect();
    const stop = new AbortController();
    const stream = client.subscribe(EntriesAfter, {}, { signal: stop.signal });
    await subscribed(1);
    const next = stream.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await eventually(() => server.openSockets === 0);
  });

  it('by leaving the loop closes the WebSocket', async () => {
    await using client = connect();
    const stream = client.subscribe(EntriesAfter, { after: 'c0' });
    add(1, 3);
    for await (const { entries } of stream) {
      expect(entries.amount).toBe(1);
      break;
    }
    await eventually(() => server.openSockets === 0);
  });

  it('by closing the client ends every subscription', async () => {
    const client = connect();
    const streams = [client.subscribe(EntriesAfter), client.subscribe(EntriesAfter)];
    await subscribed(2);
    client.close();
    for (const stream of streams) expect(await stream.next()).toEqual({ done: true, value: undefined });
    await eventually(() => server.openSockets === 0);
  });

  it('while the server is unavailable is immediate', async () => {
    const retries: Retry[] = [];
    await server.kill();
    await using client = connect(retries);
    const stop = new AbortController();
    const next = client.subscribe(EntriesAfter, {}, { signal: stop.signal }).next();
    await eventually(() => retries.length > 1);
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe('a slow reader', () => {
  it('buffers a bounded number of events and loses none', async () => {
    add(1, 2_000);
    await using client = connect();
    const stream = client.subscribe(EntriesAfter, { after: 'c0' }, { bufferSize: 100 });
    await subscribed(1);
    await eventually(() => server.openSockets === 0, { what: 'the client to let the full subscription go' });
    expect(server.subscriptions).toHaveLength(1);
    expect(server.ledger.pulled).toBeGreaterThanOrEqual(100);

    const amounts = await take(stream, 2_000);
    expect(amounts).toEqual(server.ledger.entries);
    const resumedAfter = server.subscriptions.slice(1).map(({ variables }) => variables['after']);
    expect(resumedAfter[0]).toBe('c100');
    // The number of refills depends on the speed of the reader.
    expect(resumedAfter.length).toBeGreaterThan(1);
  });
});
