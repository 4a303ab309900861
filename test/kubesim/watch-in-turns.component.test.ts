import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Response } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
/** Length of an object in characters, and number of objects. */
const LARGE = 200_000;
const OBJECTS = 8;
const WATCHES = 10;

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

/** Turns of the event loop in which the API server wrote large objects to watches during `work`. */
async function turnsOf(work: () => Promise<unknown>): Promise<number[]> {
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
      if (chunk.length > LARGE) turns.push(turn);
      return write(chunk);
    };
  };
  subscribe('http.server.request.start', began);
  try {
    await work();
    return turns;
  } finally {
    clearImmediate(counting);
    unsubscribe('http.server.request.start', began);
  }
}

const create = (name: string) =>
  cluster.api('POST', CONFIG_MAPS, { metadata: { name }, data: { text: 'x'.repeat(LARGE) } });

/** The large objects that a watch has received. */
async function namesOf(response: Response): Promise<string[]> {
  const lines = (await response.text())
    .trim()
    .split('\n')
    .filter((line) => line.length > LARGE);
  return lines.map(
    (line) => (JSON.parse(line) as { object: { metadata: { name: string } } }).object.metadata.name,
  );
}

test('writes the initial objects of a watch in several turns of the event loop', async () => {
  const names = Array.from({ length: OBJECTS }, (_, index) => `first-${index}`);
  for (const name of names) await create(name);
  const turns = await turnsOf(async () => {
    const response = await cluster.open(`${CONFIG_MAPS}?watch=1&timeoutSeconds=1`);
    expect((await namesOf(response)).sort()).toEqual(names);
  });
  expect(new Set(turns).size).toBe(OBJECTS);
});

test('writes a large change to each of many watches in a separate turn', async () => {
  const { body } = await cluster.api('GET', `${CONFIG_MAPS}?limit=1`);
  const path = `${CONFIG_MAPS}?watch=1&timeoutSeconds=2&resourceVersion=${body.metadata.resourceVersion}`;
  const turns = await turnsOf(async () => {
    const watches = await Promise.all(Array.from({ length: WATCHES }, () => cluster.open(path)));
    await create('news');
    const names = await Promise.all(watches.map(namesOf));
    expect(names).toEqual(watches.map(() => ['news']));
  });
  expect(new Set(turns).size).toBe(WATCHES);
});
