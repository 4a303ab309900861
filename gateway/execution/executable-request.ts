import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLError, OperationTypeNode } from 'graphql';
import type { SubgraphResult } from '../../protocol/wire.js';
import type { SubscriptionTraits } from '../document/subscription-traits.js';
import type { CompiledPlanNode, PlanExecution } from './plan-execution.js';
import type { ResponseShape } from './shape/response-shape.js';

/** A subscription's plan: what opens the stream, and how each event is completed. */
export interface SubscriptionPlan {
  readonly primary: FetchNode;
  /** Takes over the event as the answer to the primary fetch. */
  readonly begin: (run: PlanExecution, event: SubgraphResult) => void;
  /** Adds what other subgraphs own; undefined when the event has everything. */
  readonly complete: CompiledPlanNode | undefined;
}

/** An operation whose plan is compiled. */
export interface ExecutableOperation {
  readonly kind: OperationTypeNode;
  readonly name: string | null;
  /** Fetches what the operation needs; for queries and mutations. */
  readonly fetch: CompiledPlanNode;
  readonly shape: ResponseShape;
  readonly subscription?: SubscriptionPlan;
  /** Of a subscription: how its stream can be shared and gone on with. */
  readonly stream?: SubscriptionTraits | undefined;
}

/** An operation with what its client sent for it. */
export interface ExecutableRequest {
  readonly operation: ExecutableOperation;
  readonly request: {
    readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
    /** Cursor of an event: the answer must not be older. For queries and mutations. */
    readonly minResourceVersion?: string | undefined;
  };
  /** Replaces the shape of the operation where the actor may not read all of it, and says what was left out. */
  readonly view?: { readonly shape: ResponseShape; readonly errors: readonly GraphQLError[] } | undefined;
}
