import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLError, OperationTypeNode } from 'graphql';
import type { SubgraphResult } from '../../protocol/wire.js';
import type { SubgraphSource } from '../upstream/call/subgraph-source.js';
import type { SubscriptionTraits } from '../document/subscription-traits.js';
import type { CompiledPlanNode, PlanExecution } from './plan-execution.js';
import type { ResponseShape } from './shape/response-shape.js';

/** Plan of a subscription: its primary fetch and the completion of each event. */
interface SubscriptionPlan {
  readonly primary: FetchNode;
  /** Uses the event as the response of the primary fetch. */
  readonly begin: (run: PlanExecution, event: SubgraphResult) => void;
  /** Fetches fields of other subgraphs; undefined when the event has all fields. */
  readonly complete: CompiledPlanNode | undefined;
}

/** An operation whose plan is compiled. */
export interface ExecutableOperation {
  readonly kind: OperationTypeNode;
  readonly name: string | null;
  /** Executes the plan of a query or mutation. */
  readonly fetch: CompiledPlanNode;
  readonly shape: ResponseShape;
  readonly subscription?: SubscriptionPlan;
  /** Traits of a subscription. */
  readonly stream?: SubscriptionTraits | undefined;
}

/** A compiled operation with its request. */
export interface ExecutableRequest {
  readonly operation: ExecutableOperation;
  /** The subgraphs of the supergraph on which the operation is planned. */
  readonly sources: ReadonlyMap<string, SubgraphSource>;
  readonly request: {
    readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
    /** Cursor of an event: the response must not be older. For queries and mutations. */
    readonly minResourceVersion?: string | undefined;
  };
  /** Replaces the response shape when the actor may not read all fields, with errors for the denied ones. */
  readonly view?: { readonly shape: ResponseShape; readonly errors: readonly GraphQLError[] } | undefined;
}
