import 'reflect-metadata';
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { loadSupergraph } from '../../gateway/planning/plannable-supergraph.js';
import { committedSupergraph } from '../../roles/supergraph.js';
import { TIMEOUT_MS, expectValidResult, operationsOf, fuzzing } from '../gateway/fixtures/fuzz.js';
import { type TestPlatform, startTestPlatform } from '../kit/platform.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

test(
  'answers every operation that is valid in the graph, and none with INTERNAL',
  async () => {
    const { api } = loadSupergraph(await committedSupergraph());
    await fc.assert(
      fc.asyncProperty(operationsOf(api, []), async (query) => {
        expectValidResult(await platform.request(query, { v: 1 }, 'fuzz'), query);
      }),
      fuzzing,
    );
  },
  TIMEOUT_MS * 3,
);
