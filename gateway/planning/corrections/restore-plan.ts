import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import { step } from './planner-steps.js';
import { restoreOperation } from './restore-operation.js';
import { withRewrittenTypesOnly, withoutInterfaceNames } from './interface-objects.js';
import type { PlanCorrections } from './plan-corrections.js';
import { splitFetch } from './split-fetch.js';
import type { PlaceholderFields } from './placeholder-fields.js';

/** Corrects a plan and restores placeholder fields, whose response names stay those of the placeholders. */
export function restorePlan(plan: QueryPlan, corrections: PlanCorrections): QueryPlan {
  const { requirements, interfaceObjects } = corrections;
  if ((requirements.none && interfaceObjects.size === 0) || !plan.node) return plan;
  const { node } = plan;
  if (node.kind !== 'Subscription') return { ...plan, node: restoreNode(node, corrections) };
  const { primary, rest } = node;
  return {
    ...plan,
    node: {
      ...node,
      primary: restoreFetch(primary, corrections),
      ...(rest ? { rest: restoreNode(rest, corrections) } : {}),
    },
  };
}

function restoreNode(node: PlanNode, corrections: PlanCorrections): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((node) => restoreNode(node, corrections)) };
    case 'Flatten':
      return { ...node, node: restoreNode(node.node, corrections) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause ? { ifClause: restoreNode(node.ifClause, corrections) } : {}),
        ...(node.elseClause ? { elseClause: restoreNode(node.elseClause, corrections) } : {}),
      };
    case 'Fetch':
      return restoreFetches(node, corrections);
    default:
      return node;
  }
}

function restoreFetches(node: FetchNode, corrections: PlanCorrections): PlanNode {
  if (!node.requires) return restoreFetch(node, corrections);
  const right = withoutInterfaceNames(withRewrittenTypesOnly(node), corrections.interfaceObjects);
  const nodes = splitFetch(right, corrections).map((part) => restoreFetch(part, corrections));
  return nodes.length === 1 && nodes[0] ? nodes[0] : { kind: 'Parallel', nodes };
}

function restoreFetch(node: FetchNode, { placeholders, parts }: PlanCorrections): FetchNode {
  step();
  return {
    ...node,
    serviceName: parts.get(node.serviceName) ?? node.serviceName,
    ...restoreOperation(node, placeholders),
    ...(node.requires ? { requires: restoreRequires(node.requires, placeholders) } : {}),
  };
}

/** A representation is read by the placeholder's name, the alias here, and written by the field's name. */
function restoreRequires(
  selections: readonly QueryPlanSelectionNode[],
  placeholders: PlaceholderFields,
): QueryPlanSelectionNode[] {
  return selections.map((selection) => {
    const inner = selection.selections && { selections: restoreRequires(selection.selections, placeholders) };
    if (selection.kind === 'InlineFragment') return { ...selection, ...inner } as QueryPlanSelectionNode;
    const placeholder = placeholders.byName.get(selection.name);
    const named = placeholder && { alias: selection.alias ?? selection.name, name: placeholder.field };
    return { ...selection, ...inner, ...named };
  });
}
