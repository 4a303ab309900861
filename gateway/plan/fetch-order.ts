import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import { FetchedFields, type Need } from './fetched-fields.js';
import { type PlacedFetch, placedFetches, planNode } from './placed-fetch.js';

type Needs = ReadonlyMap<PlacedFetch, readonly Need[]>;

/**
 * Puts the fetches of a plan in an order in which each comes after those that bring what its representations need. The
 * planner sometimes has them at the same moment, or the wrong way round: then entities are not asked for, and what was
 * wanted of them is null without an error. A plan that has everything in time stays as it is.
 */
export function inOrder(plan: QueryPlan, schema: GraphQLSchema): QueryPlan {
  const { node } = plan;
  if (node?.kind !== 'Subscription') return node ? { ...plan, node: ordered(node, schema) } : plan;
  const { primary, rest } = node;
  if (!rest) return plan;
  const whole = ordered({ kind: 'Sequence', nodes: [primary, rest] }, schema);
  // Nothing else can be fetched before the event is there.
  const nodes = whole.kind === 'Sequence' ? whole.nodes.slice(1) : [];
  return { ...plan, node: { ...node, rest: together('Sequence', nodes) } };
}

function ordered(node: PlanNode, schema: GraphQLSchema): PlanNode {
  const fetches = placedFetches(node);
  if (fetches.length < 2) return node;
  const fetched = new FetchedFields(schema, fetches);
  const needs = new Map(fetches.map((fetch) => [fetch, fetched.needs(fetch)] as const));
  const late = fetches.some((fetch) => needs.get(fetch)?.some((need) => misses(fetch, need, fetch.before)));
  return late ? together('Sequence', moments(fetches, withMutationsInTurn(needs))) : node;
}

/** Whether others bring what is needed, but none of those that are done. */
function misses(fetch: PlacedFetch, need: Need, done: ReadonlySet<PlacedFetch>): boolean {
  return need.isDisjointFrom(done) && need.difference(new Set([fetch])).size > 0;
}

/** Fields of mutations are carried out one after another, whatever they need. */
function withMutationsInTurn(needs: Needs): Needs {
  let last: PlacedFetch | undefined;
  return new Map(
    [...needs].map(([fetch, own]) => {
      if (fetch.selection.kind !== OperationTypeNode.MUTATION) return [fetch, own];
      const turn = last ? [...own, new Set([last])] : own;
      last = fetch;
      return [fetch, turn];
    }),
  );
}

/** The fetches in the order of what they need, as early as they can be. */
function moments(fetches: readonly PlacedFetch[], needs: Needs): PlanNode[] {
  const done = new Set<PlacedFetch>();
  const nodes: PlanNode[] = [];
  while (done.size < fetches.length) {
    const left = fetches.filter((fetch) => !done.has(fetch));
    const ready = left.filter((fetch) => !needs.get(fetch)?.some((need) => misses(fetch, need, done)));
    // When each waits for another one, the planner's order is as good as any.
    const next = ready.length > 0 ? ready : left.slice(0, 1);
    nodes.push(together('Parallel', next.map(planNode)));
    for (const fetch of next) done.add(fetch);
  }
  return nodes;
}

function together(kind: 'Sequence' | 'Parallel', nodes: PlanNode[]): PlanNode {
  return nodes.length === 1 && nodes[0] ? nodes[0] : { kind, nodes };
}
