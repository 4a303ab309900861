import type { ConditionNode, PlanNode, ResponsePath } from '@apollo/query-planner';
import type { OperationDefinitionNode } from 'graphql';
import { conditionValue } from './data/conditions.js';
import { EntityRequests } from './entities/entity-requests.js';
import { type FetchCompilation, compileFetch } from './fetch.js';
import type { CompiledPlanNode } from './plan-execution.js';

/** Inputs of the compiler besides the plan. */
export interface PlanCompilation extends FetchCompilation {
  readonly operation: OperationDefinitionNode;
}

/** Compiles a plan into functions, once for all executions. */
export function compilePlan(
  node: PlanNode | undefined,
  compilation: PlanCompilation,
  path: ResponsePath = [],
): CompiledPlanNode {
  switch (node?.kind) {
    case undefined:
      return noop;
    case 'Sequence':
      return sequence(node.nodes.map((node) => compilePlan(node, compilation, path)));
    case 'Parallel':
      return parallel(node.nodes, compilation, path);
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

const noop: CompiledPlanNode = (_run, done) => done();

function sequence(parts: readonly CompiledPlanNode[]): CompiledPlanNode {
  return parts.reduceRight<CompiledPlanNode>(
    (rest, part) => (run, done) => part(run, () => rest(run, done)),
    noop,
  );
}

function parallel(
  nodes: readonly PlanNode[],
  compilation: PlanCompilation,
  path: ResponsePath,
): CompiledPlanNode {
  const { combined } = compilation;
  const parallel = { ...compilation, parallel: true };
  const parts = nodes.map((node) => compilePlan(node, parallel, path));
  return (run, done) => {
    // One more than the parts: the node must not complete before its last part has started.
    let pending = parts.length + 1;
    const complete = () => {
      pending -= 1;
      if (pending === 0) done();
    };
    EntityRequests.of(run, combined).together(() => {
      for (const part of parts) part(run, complete);
    });
    complete();
  };
}

function condition(node: ConditionNode, compilation: PlanCompilation, path: ResponsePath): CompiledPlanNode {
  const holds = conditionValue(compilation.operation, node.condition);
  const then = compilePlan(node.ifClause, compilation, path);
  const otherwise = compilePlan(node.elseClause, compilation, path);
  return (run, done) => (holds(run.variables) ? then : otherwise)(run, done);
}
