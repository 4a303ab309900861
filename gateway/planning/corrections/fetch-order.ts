import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import { FetchedFields } from './fetched-fields.js';
import type { Need } from './field-providers.js';
import type { InterfaceObjects } from './interface-objects.js';
import { type LocatedFetch, dropConditions, placedFetches, planNode } from './located-fetch.js';
import type { OperationSelection } from './operation-selection.js';

/** The parts of a supergraph that determine the order of fetches. */
export interface Ordering {
  readonly full: GraphQLSchema;
  readonly interfaceObjects: InterfaceObjects;
}

type Needs = ReadonlyMap<LocatedFetch, readonly Need[]>;

/**
 * Orders the fetches of a plan so that each follows those that provide the fields of its representations. The
 * planner sometimes runs them in parallel or in reverse order; then entities are not fetched and their fields
 * are null without an error. The same happens when a fetch is skipped together with another one by `@skip` or
 * `@include`. A correct plan stays unchanged.
 */
export function orderFetches(
  plan: QueryPlan,
  operation: OperationSelection,
  supergraph: Ordering,
): QueryPlan {
  const { node } = plan;
  if (node?.kind !== 'Subscription')
    return node ? { ...plan, node: ordered(node, operation, supergraph) } : plan;
  const { primary, rest } = node;
  if (!rest) return plan;
  const plannedNode = ordered({ kind: 'Sequence', nodes: [primary, rest] }, operation, supergraph);
  // All other fetches follow the event.
  const nodes = plannedNode.kind === 'Sequence' ? plannedNode.nodes.slice(1) : [];
  return { ...plan, node: { ...node, rest: together('Sequence', nodes) } };
}

function ordered(node: PlanNode, operation: OperationSelection, supergraph: Ordering): PlanNode {
  const planned = placedFetches(node);
  if (planned.length < 2) return node;
  const { fetches, fetched } = loosenConditions(planned, operation, supergraph);
  const needs = new Map(fetches.map((fetch) => [fetch, fetched.needs(fetch)] as const));
  const late = fetches.some((fetch) => needs.get(fetch)?.some((need) => misses(fetch, need, fetch.before)));
  if (!late && fetches === planned) return node;
  return together('Sequence', stages(fetches, withMutationsInTurn(needs)));
}

/** Removes conditions from fetches whose fields are needed without them and not provided by other fetches. */
function loosenConditions(
  planned: readonly LocatedFetch[],
  operation: OperationSelection,
  supergraph: Ordering,
): { readonly fetches: readonly LocatedFetch[]; readonly fetched: FetchedFields } {
  const unconditionalFetches = new Set<LocatedFetch>();
  let fetches = planned;
  for (;;) {
    const fetched = new FetchedFields(supergraph.full, supergraph.interfaceObjects, fetches);
    if (fetches.every(({ conditions }) => conditions.length === 0)) return { fetches, fetched };
    const skipped = fetched.skippedTooOften(operation, unconditionalFetches);
    if (skipped.size === 0) return { fetches, fetched };
    fetches = fetches.map((fetch) => {
      const kept = skipped.get(fetch);
      if (!kept) return fetch;
      const unconditional = dropConditions(fetch, kept);
      unconditionalFetches.delete(fetch);
      unconditionalFetches.add(unconditional);
      return unconditional;
    });
  }
}

/** Whether other fetches provide the need, but none of them has completed. */
function misses(fetch: LocatedFetch, need: Need, done: ReadonlySet<LocatedFetch>): boolean {
  return need.isDisjointFrom(done) && need.difference(new Set([fetch])).size > 0;
}

/** Mutation fields run serially, independent of their needs. */
function withMutationsInTurn(needs: Needs): Needs {
  let last: LocatedFetch | undefined;
  return new Map(
    [...needs].map(([fetch, fetchNeeds]) => {
      if (fetch.selected.kind !== OperationTypeNode.MUTATION) return [fetch, fetchNeeds];
      const turn = last ? [...fetchNeeds, new Set([last])] : fetchNeeds;
      last = fetch;
      return [fetch, turn];
    }),
  );
}

/** Sorts fetches topologically, each as early as possible. */
function stages(fetches: readonly LocatedFetch[], needs: Needs): PlanNode[] {
  const done = new Set<LocatedFetch>();
  const nodes: PlanNode[] = [];
  while (done.size < fetches.length) {
    const remaining = fetches.filter((fetch) => !done.has(fetch));
    const ready = remaining.filter((fetch) => !needs.get(fetch)?.some((need) => misses(fetch, need, done)));
    // On a cycle keep the planner's order.
    const next = ready.length > 0 ? ready : remaining.slice(0, 1);
    nodes.push(together('Parallel', next.map(planNode)));
    for (const fetch of next) done.add(fetch);
  }
  return nodes;
}

function together(kind: 'Sequence' | 'Parallel', nodes: PlanNode[]): PlanNode {
  return nodes.length === 1 && nodes[0] ? nodes[0] : { kind, nodes };
}
