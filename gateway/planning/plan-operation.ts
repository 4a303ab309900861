import { Operation, operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { withoutAbstractFragments } from './corrections/abstract-fragments.js';
import { analyzeDocument } from '../document/analyze-document.js';
import { withDirectiveDefaults } from './directive-defaults.js';
import { orderFetches } from './corrections/fetch-order.js';
import { restorePlan } from './corrections/restore-plan.js';
import { OperationSelection } from './corrections/operation-selection.js';
import { OperationNotPlannedError } from './operation-not-planned-error.js';
import type { PlannableSupergraph } from './plannable-supergraph.js';
import { withoutIntrospection } from './without-introspection.js';

/**
 * Plans an operation of a valid document. Throws when it cannot be planned. Subgraph operations are anonymous,
 * so that they are equal for different client operations (docs/decisions/0046-anonymous-subgraph-operations.md).
 */
export function planOperation(
  {
    planner,
    api,
    full,
    apiSchema,
    corrections,
    overrides,
  }: Pick<PlannableSupergraph, 'planner' | 'api' | 'full' | 'apiSchema' | 'corrections' | 'overrides'>,
  document: DocumentNode,
  operationName: string | undefined,
): QueryPlan {
  const named = operationName === undefined ? {} : { operationName };
  const planned =
    analyzeDocument(document).introspection.length > 0 ? withoutIntrospection(document) : document;
  const corrected = withoutAbstractFragments(
    withDirectiveDefaults(planned, api),
    api,
    corrections.interfaceObjects,
  );
  const { rootKind, selectionSet, variableDefinitions, fragments, appliedDirectives } = operationFromDocument(
    apiSchema,
    corrected,
    named,
  );
  const operation = new Operation(
    apiSchema,
    rootKind,
    selectionSet,
    variableDefinitions,
    fragments,
    undefined,
    appliedDirectives,
  );
  const plan = orNotPlanned(() =>
    planner.buildQueryPlan(operation, { overrideConditions: new Map(overrides) }),
  );
  const { interfaceObjects } = corrections;
  return orderFetches(restorePlan(plan, corrections), new OperationSelection(corrected, named), {
    full,
    interfaceObjects,
  });
}

function orNotPlanned(plan: () => QueryPlan): QueryPlan {
  try {
    return plan();
  } catch (error) {
    if (error instanceof OperationNotPlannedError) throw error;
    throw new OperationNotPlannedError(error instanceof Error ? error : new Error(String(error)));
  }
}
