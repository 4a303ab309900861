import type { OperationTypeNode } from 'graphql';

/** The states of the circuit breaker before a subgraph. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/** Outcome of one request. */
export interface RequestSample {
  /** `none` when it was rejected before its operation was known. */
  readonly operation: OperationTypeNode | 'none';
  /** `OK`, or the code of its first error. */
  readonly code: string;
  /** Seconds from the request to its result; of a subscription, to its start. */
  readonly seconds: number;
  /** Points of cost; 0 when it did not run. */
  readonly cost: number;
}

/** Outcome of one request to a subgraph. */
export interface SubgraphSample {
  readonly subgraph: string;
  readonly kind: 'fetch' | 'subscribe';
  /** `failed` when the subgraph was unreachable, timed out, or the client disconnected. */
  readonly outcome: 'answered' | 'failed';
  readonly seconds: number;
}

/** Metrics of the gateway. Called on every request and event: must be cheap and never throw. */
export interface GatewayMetrics {
  request(sample: RequestSample): void;
  subgraph(sample: SubgraphSample): void;
  plan(cached: boolean): void;
  /** State change of a circuit breaker. */
  circuitState(subgraph: string, phase: BreakerState): void;
  /** A request was not sent to a subgraph because its circuit is open. */
  circuitRejected(subgraph: string): void;
  /** A WebSocket opened (1) or closed (-1). */
  sockets(change: 1 | -1): void;
  /** An event was delivered to a client. */
  event(): void;
  /** An event could not be delivered to a client. */
  dropped(): void;
  /**
   * Tracks a running subscription; `lag` returns its undelivered events. Returns a function that ends tracking.
   */
  trackSubscription(lag: () => number): () => void;
}

/** Used without metrics. */
export const noopMetrics: GatewayMetrics = {
  request: () => undefined,
  subgraph: () => undefined,
  plan: () => undefined,
  circuitState: () => undefined,
  circuitRejected: () => undefined,
  sockets: () => undefined,
  event: () => undefined,
  dropped: () => undefined,
  trackSubscription: () => () => undefined,
};
