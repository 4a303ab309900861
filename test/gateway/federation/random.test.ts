import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { type PlannableSupergraph, loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { BothExecutors } from '../fixtures/both-executors.js';
import { Choices, PATIENCE, RUNS, fuzzing, operationsOf } from '../fixtures/fuzz.js';
import type { ForeignSubgraph } from './kit.js';
import { drawGraph } from './random/generate-graph.js';
import { resolved } from './random/resolve.js';
import { Oracle } from './random/oracle.js';

/** How many operations each graph is asked. */
const OPERATIONS = 20;

test(
  'answers operations on random federated graphs like one schema',
  async () => {
    const drawn = fc.array(fc.nat(10_000), { minLength: 60, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(drawn, async (numbers) => {
        const graph = drawGraph(new Choices(numbers));
        const truth = new Oracle(graph);
        const subgraphs = resolved(graph, truth);
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
          // Where the planner finds no way the client is told so; here it is what it answers that is looked at.
          if (validate(api, document).length > 0 || !executors.isPlanned(document)) continue;
          const { data, errors } = await executors.ours(document, variables, executors.sources());
          const want = JSON.stringify(truth.execute(api, document, roots, variables).data);
          const of = subgraphs.map(({ name, sdl }) => `${name}: ${sdl}`).join('\n');
          expect({ query, data, errors }, of).toEqual({ query, data: want, errors: [] });
        }
      }),
      // A smaller graph is another graph, so nothing is made smaller.
      { ...fuzzing, numRuns: Math.ceil(RUNS / 20), maxSkipsPerRun: 1000, endOnFailure: true },
    );
  },
  PATIENCE,
);

/** Undefined when some field can't be reached from somewhere, which composition finds. */
function composed(subgraphs: readonly ForeignSubgraph[]): PlannableSupergraph | undefined {
  try {
    return loadSupergraph(composeSupergraph(subgraphs));
  } catch {
    return undefined;
  }
}
