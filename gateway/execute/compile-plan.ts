import type { ConditionNode, PlanNode, ResponsePath } from '@apollo/query-planner';
import type { OperationDefinitionNode } from 'graphql';
import { conditionValue } from './conditions.js';
import { type FetchCompilation, compileFetch } from './fetch.js';
import type { PlanPart, PlanRun } from './plan-run.js';

/** What the compiler knows besides the plan. */
export interface PlanCompilation extends FetchCompilation {
  readonly operation: OperationDefinitionNode;
}

/** Compiles a plan into functions, once for all its executions. */
export function compilePlan(
  node: PlanNode | undefined,
  compilation: PlanCompilation,
  path: ResponsePath = [],
): PlanPart {
  switch (node?.kind) {
    case undefined:
      return () => Promise.resolve();
    case 'Sequence':
      return sequence(node.nodes.map((one) => compilePlan(one, compilation, path)));
    case 'Parallel':
      return parallel(node.nodes.map((one) => compilePlan(one, compilation, path)));
    case 'Flatten':
      return compilePlan(node.node, compilation, [...path, ...node.path]);
    case 'Fetch':
      return compileFetch(node, path, compilation);
    case 'Condition':
      return condition(node, compilation, path);
    case 'Defer':
      throw new Error('@defer is not supported');
  }
}

function sequence(parts: readonly PlanPart[]): PlanPart {
  return async (run) => {
    for (const part of parts) await part(run);
  };
}

function parallel(parts: readonly PlanPart[]): PlanPart {
  return async (run) => {
    await Promise.all(parts.map((part) => part(run)));
  };
}

function condition(node: ConditionNode, compilation: PlanCompilation, path: ResponsePath): PlanPart {
  const holds = conditionValue(compilation.operation, node.condition);
  const then = compilePlan(node.ifClause, compilation, path);
  const otherwise = compilePlan(node.elseClause, compilation, path);
  return (run: PlanRun) => (holds(run.variables) ? then(run) : otherwise(run));
}
