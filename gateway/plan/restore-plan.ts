import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import { restoreOperation } from './restore-operation.js';
import { splitFetch } from './split-fetch.js';
import type { StandIns } from './stand-ins.js';

/** Puts into a plan the fields in the place of their stand-ins. What they return keeps the stand-in's name. */
export function restorePlan(plan: QueryPlan, standIns: StandIns): QueryPlan {
  if (standIns.byName.size === 0 || !plan.node) return plan;
  const { node } = plan;
  if (node.kind !== 'Subscription') return { ...plan, node: restoreNode(node, standIns) };
  const { primary, rest } = node;
  return {
    ...plan,
    node: {
      ...node,
      primary: restoreFetch(primary, standIns),
      ...(rest ? { rest: restoreNode(rest, standIns) } : {}),
    },
  };
}

function restoreNode(node: PlanNode, standIns: StandIns): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((one) => restoreNode(one, standIns)) };
    case 'Flatten':
      return { ...node, node: restoreNode(node.node, standIns) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause ? { ifClause: restoreNode(node.ifClause, standIns) } : {}),
        ...(node.elseClause ? { elseClause: restoreNode(node.elseClause, standIns) } : {}),
      };
    case 'Fetch': {
      const nodes = splitFetch(node, standIns).map((one) => restoreFetch(one, standIns));
      return nodes.length === 1 && nodes[0] ? nodes[0] : { kind: 'Parallel', nodes };
    }
    default:
      return node;
  }
}

function restoreFetch(node: FetchNode, standIns: StandIns): FetchNode {
  return {
    ...node,
    ...restoreOperation(node, standIns),
    ...(node.requires ? { requires: restoreRequires(node.requires, standIns) } : {}),
  };
}

/** A representation is read by the name of the stand-in, its alias here, and written by that of the field. */
function restoreRequires(
  selections: readonly QueryPlanSelectionNode[],
  standIns: StandIns,
): QueryPlanSelectionNode[] {
  return selections.map((selection) => {
    const inner = selection.selections && { selections: restoreRequires(selection.selections, standIns) };
    if (selection.kind === 'InlineFragment') return { ...selection, ...inner } as QueryPlanSelectionNode;
    const standIn = standIns.byName.get(selection.name);
    const named = standIn && { alias: selection.alias ?? selection.name, name: standIn.field };
    return { ...selection, ...inner, ...named };
  });
}
