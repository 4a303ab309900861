import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endOnImmediate } from '../../protocol/end-on-immediate.js';
import { freezeClock } from '../kit/frozen-clock.js';

let stack = new AsyncDisposableStack();
let url: string;
/** Responses of requests that have come, in their order. */
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

/** So many requests that wait for their answer. */
async function asked(count: number): Promise<Promise<Response>[]> {
  const all = new Promise<void>((resolve) => {
    arrived = () => {
      if (responses.length === count) resolve();
    };
  });
  const answers = Array.from({ length: count }, () => fetch(url));
  await all;
  return answers;
}

function answer(response: ServerResponse | undefined, body: string): void {
  if (response) endOnImmediate(response, { status: 200, headers: { 'content-type': 'text/plain' }, body });
}

const ended = () => responses.map(({ writableEnded }) => writableEnded);

test('answers of one turn are written when it is over', async () => {
  const answers = await asked(2);
  using _still = freezeClock();
  answer(responses[0], 'grün');
  answer(responses[1], 'plain');
  expect(ended()).toEqual([false, false]);
  // From now on an error cannot be told any more, which is what `headersSent` is looked at for.
  expect(responses.map(({ headersSent }) => headersSent)).toEqual([true, true]);
  await turn();
  expect(ended()).toEqual([true, true]);
  const [first, second] = await Promise.all(answers);
  expect([await first?.text(), await second?.text()].sort()).toEqual(['grün', 'plain']);
  expect([first, second].map((one) => one?.headers.get('content-length')).sort()).toEqual(['5', '5']);
});

test('no answer waits for a turn that lasts long', async () => {
  const answers = await asked(2);
  answer(responses[0], 'first');
  const since = performance.now();
  while (performance.now() - since <= 2);
  answer(responses[1], 'second');
  expect(ended()).toEqual([true, true]);
  await Promise.all(answers);
});

test('a client that has disconnected does not hold up the responses of others', async () => {
  const answers = await asked(2);
  using _still = freezeClock();
  answer(responses[0], 'nobody reads it');
  answer(responses[1], 'this one');
  responses[0]?.destroy();
  const [first, second] = await Promise.allSettled(answers);
  expect([first, second].map((one) => one?.status).sort()).toEqual(['fulfilled', 'rejected']);
});
