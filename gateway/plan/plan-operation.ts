import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { withDirectiveDefaults } from './executable-directives.js';
import { restorePlan } from './restore-plan.js';
import type { Supergraph } from './supergraph.js';

/** Plans an operation of a valid document. Throws when the planner finds no way. */
export function planOperation(
  {
    planner,
    api,
    apiSchema,
    corrections,
    overrides,
  }: Pick<Supergraph, 'planner' | 'api' | 'apiSchema' | 'corrections' | 'overrides'>,
  document: DocumentNode,
  operationName: string | undefined,
): QueryPlan {
  const named = operationName === undefined ? {} : { operationName };
  const operation = operationFromDocument(apiSchema, withDirectiveDefaults(document, api), named);
  const plan = planner.buildQueryPlan(operation, { overrideConditions: new Map(overrides) });
  return restorePlan(plan, corrections);
}
