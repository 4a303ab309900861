import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../../gateway/compose.js';
import type { PlanningThreads } from '../../gateway/plan/planning-threads.js';
import { packageRoot } from '../../kernel/root.js';
import { shopSubgraphs } from './fixtures/shop.js';

/** As they are built: a thread loads what Node.js itself can load. */
async function builtThreads(count: number): Promise<PlanningThreads> {
  const { PlanningThreads: Built } = (await import(
    join(packageRoot, 'dist/gateway/plan/planning-threads.js')
  )) as { PlanningThreads: typeof PlanningThreads };
  return new Built(count, pino({ level: 'silent' }));
}

/** Reviews of products of reviews, under many names: a hundred times as long to plan as most operations. */
function large(): string {
  const nested = (depth: number): string =>
    depth === 0
      ? 'body'
      : `body author { name email } product { name shipping reviews { ${nested(depth - 1)} } }`;
  const fields = Array.from({ length: 40 }, (_, at) => `p${at}: products { reviews { ${nested(6)} } }`);
  return `{ ${fields.join(' ')} }`;
}

test('a new operation does not wait for one that takes long to plan', async () => {
  await using threads = await builtThreads(2);
  const plan = threads.load(composeSupergraph(shopSubgraphs()));
  await threads.started;
  const planned: string[] = [];
  const ask = async (name: string, source: string) => {
    expect(await plan(source, undefined)).toBeDefined();
    planned.push(name);
  };
  await Promise.all([ask('large', large()), ask('small', '{ products { name } }')]);
  expect(planned).toEqual(['small', 'large']);
});
