import { join } from 'node:path';
import { parse, print, validate } from 'graphql';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { planOperation } from '../../../gateway/planning/plan-operation.js';
import { PlanningThread, type PlanningThreadOptions } from '../../../gateway/planning/planning-thread.js';
import { loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { warmUpQueries } from '../../../gateway/planning/warm-up-queries.js';
import { packageRoot } from '../../../kernel/package-root.js';
import { fullSelection } from '../fixtures/full-selection.js';
import { shopSubgraphs } from '../fixtures/shop.js';

const sdl = composeSupergraph(shopSubgraphs());
const QUERY = 'query Q { products { name shipping reviews { author { email } } } }';

/** From the build: a worker thread loads only files that Node.js itself can load. */
async function builtThread(options?: Partial<PlanningThreadOptions>): Promise<PlanningThread> {
  const built = (await import(join(packageRoot, 'dist/gateway/planning/planning-thread.js'))) as {
    PlanningThread: typeof PlanningThread;
  };
  return new built.PlanningThread(pino({ level: 'silent' }), options);
}

/** Reviews of products of reviews, with many aliases: planning takes hundreds of times as long as for most operations. */
function large(name: string, levels = 6): string {
  const nested = (depth: number): string =>
    depth === 0
      ? 'body'
      : `body author { name email } product { name shipping reviews { ${nested(depth - 1)} } }`;
  const fields = Array.from(
    { length: 20 },
    (_, at) => `${name}${at}: products { reviews { ${nested(levels)} } }`,
  );
  return `{ ${fields.join(' ')} }`;
}

/** The value after it was copied from another thread. */
function copied(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

test('plans a new operation before slow ones, and the most recent slow one first', async () => {
  await using thread = await builtThread();
  const plan = thread.load(sdl);
  await thread.loaded;
  const planned: string[] = [];
  const planOperation = async (name: string, source: string) => {
    expect(await plan(source, undefined)).toBeDefined();
    planned.push(name);
  };
  const long = ['a', 'b', 'c', 'd'].map((name) => planOperation(name, large(name)));
  await Promise.all([...long, planOperation('small', '{ products { name } }')]);
  expect(planned).toEqual(['small', 'd', 'c', 'b', 'a']);
});

test('interleaved planning does not change any plan', async () => {
  await using thread = await builtThread();
  const plan = thread.load(sdl);
  const supergraph = loadSupergraph(sdl);
  const some = [...warmUpQueries(supergraph.api)].map(print).slice(0, 10);
  const sources = [...some, large('a', 2), large('b', 2), ...some];
  const plans = await Promise.all(sources.map((source) => plan(source, undefined)));
  for (const [at, source] of sources.entries())
    expect(copied(plans[at])).toEqual(copied(planOperation(supergraph, parse(source), undefined)));
});

test('queues operations until the planning thread has started', async () => {
  await using thread = await builtThread();
  const planned = await thread.load(sdl)(QUERY, 'Q');
  expect(copied(planned)).toEqual(copied(planOperation(loadSupergraph(sdl), parse(QUERY), 'Q')));
});

test('restarts a crashed planning thread and rejects its operations as retryable', async () => {
  await using thread = await builtThread();
  const plan = thread.load(sdl);
  await thread.loaded;
  const lost = expect(plan(large('a'), undefined)).rejects.toMatchObject({
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  });
  await thread['worker'].terminate();
  await lost;
  expect(await plan(QUERY, 'Q')).toBeDefined();
});

test('closes the gateway although the planning thread never starts', async () => {
  // Not from the build: the thread finds no file to run.
  const thread = new PlanningThread(pino({ level: 'silent' }));
  const rejected = expect(thread.load(sdl)(QUERY, 'Q')).rejects.toMatchObject({
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  });
  await thread[Symbol.asyncDispose]();
  await rejected;
  await thread.loaded;
});

test('rejects an operation that would be planned for minutes, without delaying others', async () => {
  await using thread = await builtThread({ steps: 20_000 });
  const plan = thread.load(sdl);
  const endless = `{ users ${fullSelection(loadSupergraph(sdl).api, 'User', 6)} }`;
  const rejected = expect(plan(endless, undefined)).rejects.toMatchObject({
    extensions: { code: 'OPERATION_NOT_PLANNED' },
    originalError: { message: 'Planning takes more than 20000 steps.' },
  });
  expect(await plan(QUERY, 'Q')).toBeDefined();
  await rejected;
});

test('returns the reason why an operation cannot be planned', async () => {
  await using thread = await builtThread();
  const plan = thread.load(sdl);
  await expect(plan('{ nothing }', undefined)).rejects.toThrow('nothing');
  expect(await plan(QUERY, 'Q')).toBeDefined();
});

test('plans operations of the current and the previous supergraph only', async () => {
  await using thread = await builtThread();
  const first = thread.load(sdl);
  await thread.loaded;
  const second = thread.load(sdl);
  await thread.loaded;
  expect(await first(QUERY, 'Q')).toBeDefined();
  const third = thread.load(sdl);
  await thread.loaded;
  await expect(first(QUERY, 'Q')).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
  expect(await second(QUERY, 'Q')).toBeDefined();
  expect(await third(QUERY, 'Q')).toBeDefined();
});

test('warms up the planning thread with different operations of the schema', () => {
  const supergraph = loadSupergraph(sdl);
  const documents = [...warmUpQueries(supergraph.api)];
  for (const document of documents) expect(validate(supergraph.api, document)).toEqual([]);
  for (const document of documents.slice(0, 3))
    expect(planOperation(supergraph, document, undefined).node).toBeDefined();
  expect(new Set(documents.map(print)).size).toBeGreaterThan(1);
});
