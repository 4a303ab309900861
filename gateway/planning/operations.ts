import type { QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  GraphQLError,
  type OperationDefinitionNode,
  OperationTypeNode,
  getOperationAST,
  print,
} from 'graphql';
import { compilePlan } from '../execution/compile-plan.js';
import { CombinedOperations } from '../execution/entities/combine-operations.js';
import { RepresentationWriters } from '../execution/entities/representation-writers.js';
import { compileResponseMerge } from '../execution/fetch.js';
import type { ExecutableOperation } from '../execution/executable-request.js';
import { RequestTemplates } from '../upstream/call/request-templates.js';
import { ResponseShape } from '../execution/shape/response-shape.js';
import { pageSizeVariables } from '../document/analyze-document.js';
import { ByOperation } from '../document/operation-cache.js';
import { selectsSubgraphFields } from './selects-subgraph-fields.js';
import { planOperation } from './plan-operation.js';
import { type SubscriptionTraits, subscriptionTraits } from '../document/subscription-traits.js';
import type { PlannableSupergraph } from './plannable-supergraph.js';

/** A planned operation of a validated document. */
export interface PlannedOperation extends ExecutableOperation {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** Variables used as page sizes. */
  readonly pageSizes: readonly string[];
}

interface OperationToCompile {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly stream: SubscriptionTraits | undefined;
}

/** Plans operations; plans are cached as long as their document. */
export class Operations {
  private readonly planned = new ByOperation<PlannedOperation>();
  private readonly combined = new CombinedOperations();
  private readonly templates = new RequestTemplates();
  private readonly representationWriters: RepresentationWriters;
  /** Plans requested from the planning thread and not compiled yet. */
  private readonly coming = new ByOperation<Promise<void>>();
  private readonly plans = new ByOperation<QueryPlan>();

  constructor(private readonly supergraph: PlannableSupergraph) {
    this.representationWriters = new RepresentationWriters(supergraph.fullConditions);
  }

  /** The operation if it has been planned. */
  find(document: DocumentNode, operationName?: string | null): PlannedOperation | undefined {
    return this.planned.get(document, operationName);
  }

  /** The plan of an operation of the document; an error when the document has no operation of that name. */
  plan(document: DocumentNode, operationName?: string | null): PlannedOperation | GraphQLError {
    const cached = this.find(document, operationName);
    if (cached) return cached;
    // Only existing names are cached, so the number of plans is bounded by the number of operations.
    const definition = getOperationAST(document, operationName);
    if (!definition) return unknownOperation(operationName);
    const stream = this.traitsOf(document, definition);
    const plan =
      this.plans.get(document, operationName) ??
      planOperation(this.supergraph, stream?.document ?? document, operationName ?? undefined);
    if (!plan.node && selectsSubgraphFields(definition, document)) return emptyPlanError();
    const planned = this.compiled({ document, definition, stream }, plan);
    this.planned.set(document, operationName, planned);
    this.plans.delete(document, operationName);
    return planned;
  }

  /**
   * Plans on the planning thread, so that `plan` finds the result. Undefined when nothing needs planning.
   * Rejects when the operation cannot be planned. `text` is the source of the document, if available.
   */
  ahead(document: DocumentNode, operationName?: string | null, text?: string): Promise<void> | undefined {
    const { planAhead } = this.supergraph;
    const isThere = this.find(document, operationName) ?? this.plans.get(document, operationName);
    const definition = getOperationAST(document, operationName);
    if (!planAhead || isThere || !definition) return undefined;
    const coming = this.coming.get(document, operationName);
    if (coming) return coming;
    const streamDocument = this.traitsOf(document, definition)?.document;
    const planned = streamDocument ? print(streamDocument) : (text ?? print(document));
    const planning = planAhead(planned, operationName ?? undefined)
      .then((plan) => this.plans.set(document, operationName, plan))
      .finally(() => this.coming.delete(document, operationName));
    this.coming.set(document, operationName, planning);
    return planning;
  }

  /** Traits of a subscription. */
  private traitsOf(
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): SubscriptionTraits | undefined {
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return undefined;
    const { api, full } = this.supergraph;
    return subscriptionTraits({ document, operation, api, full });
  }

  /** Compiles the plan, which is not kept itself. */
  private compiled(
    { document, definition, stream }: OperationToCompile,
    { node }: QueryPlan,
  ): PlannedOperation {
    const { api, full, apiConditions, fullConditions } = this.supergraph;
    const { combined, representationWriters, templates } = this;
    const conditions = fullConditions;
    const compilation = { conditions, operation: definition, combined, representationWriters, templates };
    const planned = {
      kind: definition.operation,
      name: definition.name?.value ?? null,
      document,
      definition,
      pageSizes: pageSizeVariables(document),
      shape: new ResponseShape({
        document,
        operation: definition,
        schema: api,
        full,
        conditions: apiConditions,
      }),
    };
    if (node?.kind !== 'Subscription') return { ...planned, fetch: compilePlan(node, compilation) };
    const { primary, rest } = node;
    const complete = compilePlan(rest, compilation);
    const subscription = {
      primary,
      begin: compileResponseMerge(primary, fullConditions),
      complete: rest && complete,
    };
    return { ...planned, fetch: complete, subscription, stream };
  }
}

/** The planner silently omits fields that no subgraph resolves; an empty plan needs an explicit error. */
function emptyPlanError(): GraphQLError {
  return new GraphQLError('No subgraph can answer this operation.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}

function unknownOperation(operationName?: string | null): GraphQLError {
  const message = operationName
    ? `The document has no operation ${JSON.stringify(operationName)}.`
    : 'The document has several operations or none; operationName must name one.';
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}
