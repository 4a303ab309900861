import { join } from 'node:path';
import { parse, print, validate } from 'graphql';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../../gateway/compose.js';
import { planOperation } from '../../gateway/plan/plan-operation.js';
import { PlanningThread } from '../../gateway/plan/planning-thread.js';
import { warmUpQueries } from '../../gateway/plan/warm-up-queries.js';
import { loadSupergraph } from '../../gateway/plan/supergraph.js';
import { packageRoot } from '../../kernel/root.js';
import { shopSubgraphs } from './fixtures/shop.js';

const log = pino({ level: 'silent' });
const sdl = composeSupergraph(shopSubgraphs());
const QUERY = 'query Q { products { name shipping reviews { author { email } } } }';

/** As it is built: a thread loads what Node.js itself can load. */
async function builtThread(): Promise<PlanningThread> {
  const built = (await import(join(packageRoot, 'dist/gateway/plan/planning-thread.js'))) as {
    PlanningThread: typeof PlanningThread;
  };
  return new built.PlanningThread(log);
}

test('another thread plans the same', async () => {
  await using thread = await builtThread();
  const plan = thread.load(sdl);
  await thread.started;
  const here = planOperation(loadSupergraph(sdl), parse(QUERY), 'Q');
  expect(JSON.parse(JSON.stringify(await plan(QUERY, 'Q')))).toEqual(JSON.parse(JSON.stringify(here)));
});

test('nobody waits for a thread that has not come up yet', async () => {
  await using thread = await builtThread();
  const plan = thread.load(sdl);
  expect(await plan(QUERY, 'Q')).toBeUndefined();
  await thread.started;
  expect(await plan(QUERY, 'Q')).toBeDefined();
});

test('what cannot be planned there is planned here', async () => {
  await using thread = await builtThread();
  const before = thread.load(sdl);
  await thread.started;
  expect(await before('{ nothing }', undefined)).toBeUndefined();
  const after = thread.load(sdl);
  expect(await before(QUERY, 'Q')).toBeUndefined();
  expect(await after(QUERY, 'Q')).toBeDefined();
  await thread[Symbol.asyncDispose]();
  expect(await after(QUERY, 'Q')).toBeUndefined();
});

test('a thread that does not come up is done without', async () => {
  await using thread = new PlanningThread(log);
  const plan = thread.load(sdl);
  await thread.started;
  expect(await plan(QUERY, 'Q')).toBeUndefined();
});

test('what a planning thread warms up on are operations of the schema, and not always the same', () => {
  const supergraph = loadSupergraph(sdl);
  const documents = [...warmUpQueries(supergraph.api)];
  for (const document of documents) expect(validate(supergraph.api, document)).toEqual([]);
  for (const document of documents.slice(0, 3))
    expect(planOperation(supergraph, document, undefined).node).toBeDefined();
  expect(new Set(documents.map(print)).size).toBeGreaterThan(1);
});
