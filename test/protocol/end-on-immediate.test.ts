import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endOnImmediate } from '../../protocol/end-on-immediate.js';
import { freezeClock } from '../kit/frozen-clock.js';

let stack = new AsyncDisposableStack();
let url: string;
/** Responses of the received requests, in order. */
let responses: ServerResponse[];
let arrived: (response: ServerResponse) => void;

beforeEach(async () => {
  responses = [];
  const server = createServer((_request, response) => {
    responses.push(response);
    arrived(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  stack.defer(() => void server.close());
});

afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

/** Sends `count` requests and waits until the server has received them. */
async function sendRequests(count: number): Promise<Promise<Response>[]> {
  const all = new Promise<void>((resolve) => {
    arrived = () => {
      if (responses.length === count) resolve();
    };
  });
  const pending = Array.from({ length: count }, () => fetch(url));
  await all;
  return pending;
}

function respond(response: ServerResponse | undefined, body: string): void {
  if (response) endOnImmediate(response, { status: 200, headers: { 'content-type': 'text/plain' }, body });
}

const ended = () => responses.map(({ writableEnded }) => writableEnded);

test('writes the responses of one turn at its end', async () => {
  const pending = await sendRequests(2);
  using _still = freezeClock();
  respond(responses[0], 'grün');
  respond(responses[1], 'plain');
  expect(ended()).toEqual([false, false]);
  // `headersSent` shows error handlers that they can no longer send an error.
  expect(responses.map(({ headersSent }) => headersSent)).toEqual([true, true]);
  await turn();
  expect(ended()).toEqual([true, true]);
  const [first, second] = await Promise.all(pending);
  expect([await first?.text(), await second?.text()].sort()).toEqual(['grün', 'plain']);
  expect([first, second].map((response) => response?.headers.get('content-length')).sort()).toEqual([
    '5',
    '5',
  ]);
});

test('does not delay a response for a long turn', async () => {
  const pending = await sendRequests(2);
  respond(responses[0], 'first');
  const since = performance.now();
  while (performance.now() - since <= 2);
  respond(responses[1], 'second');
  expect(ended()).toEqual([true, true]);
  await Promise.all(pending);
});

test('writes other responses when a client has disconnected', async () => {
  const pending = await sendRequests(2);
  using _still = freezeClock();
  respond(responses[0], 'aborted');
  respond(responses[1], 'complete');
  responses[0]?.destroy();
  const [first, second] = await Promise.allSettled(pending);
  expect([first, second].map((result) => result?.status).sort()).toEqual(['fulfilled', 'rejected']);
});
