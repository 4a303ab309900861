import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { type PlannableSupergraph, loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { BothExecutors } from '../fixtures/both-executors.js';
import { Choices, TIMEOUT_MS, RUNS, fuzzing, operationsOf } from '../fixtures/fuzz.js';
import type { ForeignSubgraph } from './kit.js';
import { generateGraph } from './random/generate-graph.js';
import { resolvableSubgraphs } from './random/resolve.js';
import { Oracle } from './random/oracle.js';

/** Operations per graph. */
const OPERATIONS = 20;

test(
  'executes operations on random federated graphs like one schema',
  async () => {
    const numberLists = fc.array(fc.nat(10_000), { minLength: 60, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(numberLists, async (numbers) => {
        const graph = generateGraph(new Choices(numbers));
        const oracle = new Oracle(graph);
        const subgraphs = resolvableSubgraphs(graph, oracle);
        const supergraph = composed(subgraphs);
        fc.pre(supergraph !== undefined);
        if (!supergraph) return;
        const { api } = supergraph;
        const roots = graph.subgraphs.flatMap((subgraph) => [...subgraph.roots.values()]);
        const executors = new BothExecutors(supergraph, subgraphs);
        const sample = { numRuns: OPERATIONS, seed: numbers[0] ?? 0 };
        for (const [at, query] of fc.sample(operationsOf(api, []), sample).entries()) {
          const variables = { b: at % 2 === 0 };
          const document = parse(query);
          // Operations that cannot be planned are rejected, which other tests cover.
          if (validate(api, document).length > 0 || !executors.isPlanned(document)) continue;
          const { data, errors } = await executors.execute(document, variables, executors.sources());
          const expected = JSON.stringify(oracle.execute(api, document, roots, variables).data);
          const sdls = subgraphs.map(({ name, sdl }) => `${name}: ${sdl}`).join('\n');
          expect({ query, data, errors }, sdls).toEqual({ query, data: expected, errors: [] });
        }
      }),
      // No shrinking: fewer numbers generate an unrelated graph.
      { ...fuzzing, numRuns: Math.ceil(RUNS / 20), maxSkipsPerRun: 1000, endOnFailure: true },
    );
  },
  TIMEOUT_MS,
);

/** Undefined when composition finds a field that cannot be reached. */
function composed(subgraphs: readonly ForeignSubgraph[]): PlannableSupergraph | undefined {
  try {
    return loadSupergraph(composeSupergraph(subgraphs));
  } catch {
    return undefined;
  }
}
