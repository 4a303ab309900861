import { buildOperationContext } from '@apollo/gateway';
import { operationFromDocument } from '@apollo/federation-internals';
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, OperationTypeNode, getOperationAST } from 'graphql';
import { pageSizeVariables } from '../limits/page-size.js';
import type { Supergraph } from './supergraph.js';

export type OperationContext = ReturnType<typeof buildOperationContext>;

/** A subscription's plan: what opens the stream, and the plan by which each event is completed. */
export interface SubscriptionPlan {
  readonly primary: FetchNode;
  /** The primary fetch as a query, which the event answers, then what other subgraphs add. */
  readonly perEvent: QueryPlan;
}

/** An operation of a checked document with everything that does not depend on variables. */
export interface PlannedOperation {
  readonly kind: OperationTypeNode;
  readonly name: string | null;
  readonly document: DocumentNode;
  readonly context: OperationContext;
  /** Variables that are page sizes. */
  readonly pageSizes: readonly string[];
  readonly plan: QueryPlan;
  readonly subscription?: SubscriptionPlan;
}

/** Plans operations, each once for as long as its document is kept. */
export class Operations {
  private readonly planned = new WeakMap<DocumentNode, Map<string, PlannedOperation>>();

  constructor(private readonly supergraph: Supergraph) {}

  /** The plan of an operation of the document; an error when the document has none of that name. */
  plan(document: DocumentNode, operationName?: string | null): PlannedOperation | GraphQLError {
    const ofDocument = this.planned.get(document) ?? new Map<string, PlannedOperation>();
    this.planned.set(document, ofDocument);
    const known = ofDocument.get(operationName ?? '');
    if (known) return known;
    // Only names that exist are kept, so a document has no more plans than operations (and the one without a name).
    if (!getOperationAST(document, operationName)) return unknownOperation(operationName);
    const planned = this.build(document, operationName ?? undefined);
    ofDocument.set(operationName ?? '', planned);
    return planned;
  }

  private build(document: DocumentNode, operationName?: string): PlannedOperation {
    const { api, apiSchema, planner } = this.supergraph;
    const named = operationName === undefined ? {} : { operationName };
    const context = buildOperationContext({ schema: api, operationDocument: document, ...named });
    const plan = planner.buildQueryPlan(operationFromDocument(apiSchema, document, named));
    const subscription = subscriptionPlan(plan);
    return {
      kind: context.operation.operation,
      name: context.operation.name?.value ?? null,
      document,
      context,
      pageSizes: pageSizeVariables(document),
      plan,
      ...(subscription ? { subscription } : {}),
    };
  }
}

function subscriptionPlan({ node }: QueryPlan): SubscriptionPlan | undefined {
  if (node?.kind !== 'Subscription') return undefined;
  const { primary, rest } = node;
  const replay: PlanNode = { ...primary, operationKind: OperationTypeNode.QUERY };
  return {
    primary,
    perEvent: { kind: 'QueryPlan', node: rest ? { kind: 'Sequence', nodes: [replay, rest] } : replay },
  };
}

function unknownOperation(operationName?: string | null): GraphQLError {
  const message = operationName
    ? `The document has no operation ${JSON.stringify(operationName)}.`
    : 'The document has several operations or none; operationName must name one.';
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}
