import type { PlanNode } from '@apollo/query-planner';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { planOperation } from '../../../gateway/planning/plan-operation.js';
import { loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { shopSubgraphs } from '../fixtures/shop.js';

/** The documents that a plan sends to subgraphs. */
function texts(node: PlanNode | undefined): string[] {
  if (node?.kind === 'Fetch') return [node.operation];
  if (node?.kind === 'Flatten') return texts(node.node);
  return node && 'nodes' in node ? node.nodes.flatMap(texts) : [];
}

test('sends subgraphs the same query for different operation names', () => {
  const supergraph = loadSupergraph(composeSupergraph(shopSubgraphs()));
  const fetchedQueries = (text: string, name?: string) =>
    texts(planOperation(supergraph, parse(text, { noLocation: true }), name).node as PlanNode);
  const selection = '{ products { name shipping } }';
  const anonymous = fetchedQueries(`query One ${selection} query Another { products { name } }`, 'One');
  expect(anonymous.length).toBeGreaterThan(1);
  expect(fetchedQueries(`query Two ${selection}`, 'Two')).toEqual(anonymous);
  expect(fetchedQueries(selection)).toEqual(anonymous);
});
