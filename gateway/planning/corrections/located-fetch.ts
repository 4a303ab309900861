import type { FetchNode, PlanNode, ResponsePath } from '@apollo/query-planner';
import { parse } from 'graphql';
import { type PlanPath, parsePath } from '../../execution/data/plan-path.js';
import { step } from './planner-steps.js';
import { OperationSelection, conditionText } from './operation-selection.js';

/** A client variable and the value for which the condition holds. */
interface PlanCondition {
  readonly variable: string;
  readonly value: boolean;
}

/** A fetch of a plan with the path and conditions of its parent nodes. */
export interface LocatedFetch {
  readonly node: FetchNode;
  readonly path: ResponsePath;
  readonly steps: PlanPath;
  readonly conditions: readonly PlanCondition[];
  readonly selected: OperationSelection;
  /** Fetches that always complete before it starts. */
  readonly before: ReadonlySet<LocatedFetch>;
}

interface FetchContext {
  readonly path: ResponsePath;
  readonly conditions: readonly PlanCondition[];
  readonly before: ReadonlySet<LocatedFetch>;
}

/** The fetches of a plan in plan order. */
export function placedFetches(
  node: PlanNode | undefined,
  context: FetchContext = { path: [], conditions: [], before: new Set() },
): LocatedFetch[] {
  switch (node?.kind) {
    case 'Sequence': {
      const all: LocatedFetch[] = [];
      for (const child of node.nodes)
        all.push(...placedFetches(child, { ...context, before: context.before.union(new Set(all)) }));
      return all;
    }
    case 'Parallel':
      return node.nodes.flatMap((node) => placedFetches(node, context));
    case 'Flatten':
      return placedFetches(node.node, { ...context, path: [...context.path, ...node.path] });
    case 'Condition':
      return [true, false].flatMap((value) =>
        placedFetches(value ? node.ifClause : node.elseClause, {
          ...context,
          conditions: [...context.conditions, { variable: node.condition, value }],
        }),
      );
    case 'Fetch':
      return [placed(node, context)];
    default:
      return [];
  }
}

function placed(node: FetchNode, context: FetchContext): LocatedFetch {
  step();
  const document = parse(node.operation, { noLocation: true });
  const selected = new OperationSelection(document, { ofEntities: node.requires !== undefined });
  return { node, ...context, steps: parsePath(context.path), selected };
}

/** Conditions for a fetch to run. */
export function conditionsAround({ conditions }: LocatedFetch): ReadonlySet<string> {
  return new Set(conditions.map(({ variable, value }) => conditionText(variable, value)));
}

/** Keeps only the given conditions of a fetch. */
export function dropConditions(fetch: LocatedFetch, kept: ReadonlySet<string>): LocatedFetch {
  const conditions = fetch.conditions.filter(({ variable, value }) =>
    kept.has(conditionText(variable, value)),
  );
  return { ...fetch, conditions };
}

/** Converts the fetch to a plan node. */
export function planNode({ node, path, conditions }: LocatedFetch): PlanNode {
  const flat: PlanNode = path.length === 0 ? node : { kind: 'Flatten', path, node };
  return conditions.reduceRight<PlanNode>(
    (inner, { variable, value }) => ({
      kind: 'Condition',
      condition: variable,
      ...(value ? { ifClause: inner } : { elseClause: inner }),
    }),
    flat,
  );
}
