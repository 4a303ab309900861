import type { OperationTypeNode } from 'graphql';

/** The states of the circuit breaker before a subgraph. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/** What became of one request. */
export interface RequestSample {
  /** `none` when it was refused before its operation was known. */
  readonly operation: OperationTypeNode | 'none';
  /** `OK`, or the code of its first error. */
  readonly code: string;
  /** Seconds from the request to its result; of a subscription, to its start. */
  readonly seconds: number;
  /** Points of cost; 0 when it did not run. */
  readonly cost: number;
}

/** What became of one request to a subgraph. */
export interface SubgraphSample {
  readonly subgraph: string;
  readonly kind: 'fetch' | 'subscribe';
  /** `failed` when it could not be reached, was too slow or its client had left. */
  readonly outcome: 'answered' | 'failed';
  readonly seconds: number;
}

/** Told what the gateway does. Called on every request and event: cheap, and never throws. */
export interface GatewayMetrics {
  request(sample: RequestSample): void;
  subgraph(sample: SubgraphSample): void;
  plan(known: boolean): void;
  /** The circuit of a subgraph is in this phase from now on. */
  circuitState(subgraph: string, phase: BreakerState): void;
  /** A request was not sent to a subgraph because its circuit is open. */
  circuitRejected(subgraph: string): void;
  /** A WebSocket opened (1) or closed (-1). */
  sockets(change: 1 | -1): void;
  /** An event was given to a client. */
  event(): void;
  /** An event that a client should have got could not be given to it. */
  dropped(): void;
  /** A subscription runs, `lag` events behind others like it; answers how to say that it has ended. */
  trackSubscription(lag: () => number): () => void;
}

/** The meter of a gateway without metrics. */
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
