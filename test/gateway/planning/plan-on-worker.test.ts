import { join } from 'node:path';
import { type GraphQLError, print } from 'graphql';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { defaultLimits } from '../../../gateway/request/limits/limits.js';
import type { PlanningThread } from '../../../gateway/planning/planning-thread.js';
import { RequestPreparer } from '../../../gateway/request/request-preparer.js';
import { type PlannableSupergraph, loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { packageRoot } from '../../../kernel/package-root.js';
import { shopSubgraphs } from '../fixtures/shop.js';

const actor = { account: 'acme', subject: 'tester' };

interface Planning extends AsyncDisposable {
  readonly preparation: RequestPreparer;
  /** The documents that the thread received. */
  readonly requests: readonly string[];
}

/** A planning thread from the build, and a planner that fails: planning in this thread is an error. */
async function planning(): Promise<Planning> {
  const { PlanningThread: Built } = (await import(
    join(packageRoot, 'dist/gateway/planning/planning-thread.js')
  )) as { PlanningThread: typeof PlanningThread };
  const thread = new Built(pino({ level: 'silent' }));
  const supergraph = loadSupergraph(composeSupergraph(shopSubgraphs()), thread);
  const requests: string[] = [];
  const planAhead: PlannableSupergraph['planAhead'] = (source, name) => {
    requests.push(source);
    return supergraph.planAhead?.(source, name) ?? Promise.reject(new Error('there is no thread'));
  };
  const unusedPlanner = { buildQueryPlan: () => Promise.reject(new Error('planned here')) } as never;
  const preparation = new RequestPreparer(
    { ...supergraph, planAhead, planner: unusedPlanner },
    defaultLimits,
    new Map(),
  );
  return { preparation, requests, [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose]() };
}

test('plans a document once for concurrent requests', async () => {
  await using made = await planning();
  const { preparation, requests } = made;
  const request = { query: '# a comment\nquery Q { products { name shipping } }' };
  const [first, second] = [preparation.ahead(request, actor), preparation.ahead(request, actor)];
  expect(first).toBe(second);
  await first;
  expect(requests).toEqual([request.query]);
  const prepared = preparation.prepare(request, actor);
  expect('operation' in prepared && print(prepared.document)).toContain('shipping');
  expect(preparation.ahead(request, actor)).toBeUndefined();
  expect(requests).toHaveLength(1);
});

test('does not plan an invalid document', async () => {
  await using made = await planning();
  // The planner does not terminate on it.
  const circular = { query: '{ __typename } fragment Circular on Query { ...Circular }' };
  expect(made.preparation.ahead(circular, actor)).toBeUndefined();
  const request = { query: '{ products {\n nothing } }' };
  expect(made.preparation.ahead(request, actor)).toBeUndefined();
  expect(made.requests).toEqual([]);
  const rejected = made.preparation.prepare(request, actor);
  const errors: readonly GraphQLError[] = 'errors' in rejected ? rejected.errors : [];
  expect(errors.map(({ extensions, locations }) => ({ code: extensions['code'], locations }))).toEqual([
    { code: 'GRAPHQL_VALIDATION_FAILED', locations: [{ line: 2, column: 2 }] },
  ]);
});

test('does not plan a document beyond the limits', async () => {
  await using made = await planning();
  const deep = `{ products { ${'reviews { product { '.repeat(11)} name ${'} }'.repeat(11)} } }`;
  expect(made.preparation.ahead({ query: deep }, actor)).toBeUndefined();
  expect(made.requests).toEqual([]);
});
