import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../../gateway/supergraph/compose.js';
import { planOperation } from '../../../../gateway/planning/plan-operation.js';
import { betweenSteps } from '../../../../gateway/planning/corrections/planner-steps.js';
import { loadSupergraph } from '../../../../gateway/planning/plannable-supergraph.js';
import { shopSubgraphs } from '../../fixtures/shop.js';

const supergraph = loadSupergraph(composeSupergraph(shopSubgraphs()));

let onStep: () => void = () => undefined;
betweenSteps(() => onStep());

function planned(source: string): string {
  return JSON.stringify(planOperation(supergraph, parse(source), undefined));
}

const operations = [
  '{ me { id email } }',
  '{ products { shipping volume reviews { author { email } } } }',
  '{ media { title reviews { stars } ... on Book { pages } ... on Film { minutes rating } } }',
  '{ search { ... on Product { name maker { best { score } } } ... on Book { rating } } }',
  'mutation { touch(upc: "p1") { name reviews { writer { boss { email } } } } }',
  '{ a: reviews { ...R } b: latest { ...R } } fragment R on Review { body author { name } product { price inStock } }',
];

test('interrupts the planner at every branch', () => {
  let steps = 0;
  onStep = () => (steps += 1);
  const fields = Array.from({ length: 100 }, (_, at) => `a${at}: name`);
  planned(`{ products { ${fields.join(' ')} } }`);
  expect(steps).toBeGreaterThan(fields.length);
});

test('plans another operation between two steps of the planner without changing either plan', () => {
  onStep = () => undefined;
  const alone = operations.map(planned);
  let steps = 0;
  let resting = 0;
  onStep = () => {
    steps += 1;
    // Interrupts some of the steps. At times two interruptions are nested, so that the plan in between is interrupted as well.
    if (steps % 25 !== 0 || resting === 0 || resting > (steps % 100 === 0 ? 2 : 1)) return;
    // Mostly the smallest operation, occasionally one of the others.
    const at = steps % 50 === 0 ? (steps / 50) % operations.length : 0;
    expect(interrupted(operations[at]!)).toBe(alone[at]);
  };
  const interrupted = (source: string) => {
    resting += 1;
    const plan = planned(source);
    resting -= 1;
    return plan;
  };
  for (const [at, source] of operations.entries()) {
    const before = steps;
    expect(interrupted(source)).toBe(alone[at]);
    // Fails if a new version of the library no longer calls these steps.
    expect(steps).toBeGreaterThan(before + 20);
  }
});
