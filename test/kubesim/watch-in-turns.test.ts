import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
/** Characters of an object, and how many objects there are. */
const LARGE = 200_000;
const OBJECTS = 8;

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('watched');
});
afterAll(() => simulator[Symbol.asyncDispose]());

interface Started {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

test('the objects that are there when a watch begins are written in turns of the event loop', async () => {
  for (let index = 0; index < OBJECTS; index += 1)
    await cluster.api('POST', CONFIG_MAPS, {
      metadata: { name: `m-${index}` },
      data: { text: 'x'.repeat(LARGE) },
    });
  let turn = 0;
  let counting = setImmediate(function count() {
    turn += 1;
    counting = setImmediate(count);
  });
  const turns: number[] = [];
  const began = (message: unknown) => {
    const { request, response } = message as Started;
    if (!request.url?.includes('watch=1')) return;
    const write = response.write.bind(response) as (chunk: string) => boolean;
    response.write = (chunk: string) => {
      turns.push(turn);
      return write(chunk);
    };
  };
  subscribe('http.server.request.start', began);
  try {
    const answer = await cluster.open(`${CONFIG_MAPS}?watch=1&timeoutSeconds=1`);
    const events = (await answer.text()).trim().split('\n');
    const names = events.map(
      (line) => (JSON.parse(line) as { object: { metadata: { name: string } } }).object.metadata.name,
    );
    const own = Array.from({ length: OBJECTS }, (_, index) => `m-${index}`);
    expect(names.filter((name) => name.startsWith('m-')).sort()).toEqual(own);
    expect(new Set(turns).size).toBeGreaterThanOrEqual(OBJECTS);
  } finally {
    clearImmediate(counting);
    unsubscribe('http.server.request.start', began);
  }
});
