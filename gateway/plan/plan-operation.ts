import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { withoutAbstractFragments } from './abstract-fragments.js';
import { withDirectiveDefaults } from './executable-directives.js';
import { inOrder } from './fetch-order.js';
import { restorePlan } from './restore-plan.js';
import type { Supergraph } from './supergraph.js';

/** Plans an operation of a valid document. Throws when the planner finds no way. */
export function planOperation(
  {
    planner,
    api,
    full,
    apiSchema,
    corrections,
    overrides,
  }: Pick<Supergraph, 'planner' | 'api' | 'full' | 'apiSchema' | 'corrections' | 'overrides'>,
  document: DocumentNode,
  operationName: string | undefined,
): QueryPlan {
  const named = operationName === undefined ? {} : { operationName };
  const given = withoutAbstractFragments(
    withDirectiveDefaults(document, api),
    api,
    corrections.interfaceObjects,
  );
  const operation = operationFromDocument(apiSchema, given, named);
  const plan = planner.buildQueryPlan(operation, { overrideConditions: new Map(overrides) });
  return inOrder(restorePlan(plan, corrections), full);
}
