import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { BreakerState, GatewayMetrics, RequestSample, SubgraphSample } from './gateway-metrics.js';

const PHASES: readonly BreakerState[] = ['closed', 'half-open', 'open'];
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Metrics in Prometheus format; docs/operations.md describes each of them. */
export class PrometheusMetrics implements GatewayMetrics {
  readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly requests = new Counter({
    name: 'fleetgraph_requests_total',
    help: 'GraphQL requests by operation type and code (OK, or that of the first error).',
    labelNames: ['operation', 'code'] as const,
    registers: this.registers,
  });
  private readonly seconds = new Histogram({
    name: 'fleetgraph_request_seconds',
    help: 'Seconds from a request to its result; of a subscription, to its start.',
    labelNames: ['operation'] as const,
    buckets: SECONDS,
    registers: this.registers,
  });
  private readonly cost = new Counter({
    name: 'fleetgraph_cost_points_total',
    help: 'Points of cost of the requests that ran.',
    labelNames: ['operation'] as const,
    registers: this.registers,
  });
  private readonly plans = new Counter({
    name: 'fleetgraph_plans_total',
    help: 'Operations by plan cache hit or miss.',
    labelNames: ['cache'] as const,
    registers: this.registers,
  });
  private readonly subgraphs = new Histogram({
    name: 'fleetgraph_subgraph_seconds',
    help: 'Seconds until a subgraph answered a fetch or opened a subscription, or failed to.',
    labelNames: ['subgraph', 'kind', 'outcome'] as const,
    buckets: SECONDS,
    registers: this.registers,
  });
  private readonly circuits = new Gauge({
    name: 'fleetgraph_circuit',
    help: 'State of the circuit breaker of a subgraph: 1 for the current state.',
    labelNames: ['subgraph', 'phase'] as const,
    registers: this.registers,
  });
  private readonly circuitRejections = new Counter({
    name: 'fleetgraph_circuit_rejected_total',
    help: 'Requests rejected because the circuit of a subgraph was open.',
    labelNames: ['subgraph'] as const,
    registers: this.registers,
  });
  private readonly openSockets = new Gauge({
    name: 'fleetgraph_sockets',
    help: 'Open WebSockets.',
    registers: this.registers,
  });
  private readonly events = new Counter({
    name: 'fleetgraph_events_delivered_total',
    help: 'Events delivered to clients.',
    registers: this.registers,
  });

  private readonly lost = new Counter({
    name: 'fleetgraph_events_dropped_total',
    help: 'Events that could not be delivered to a client, which had to resubscribe.',
    registers: this.registers,
  });
  private readonly followers = new Set<() => number>();

  constructor() {
    const { followers } = this;
    new Gauge({
      name: 'fleetgraph_subscriptions',
      help: 'Running subscriptions, on WebSockets and event streams.',
      registers: this.registers,
      collect() {
        this.set(followers.size);
      },
    });
    new Gauge({
      name: 'fleetgraph_subscription_lag_events',
      help: 'Lag of the slowest client: events delivered to its group and not yet to it.',
      registers: this.registers,
      collect() {
        let max = 0;
        for (const lag of followers) max = Math.max(max, lag());
        this.set(max);
      },
    });
    collectDefaultMetrics({ register: this.registry });
  }

  request({ operation, code, seconds, cost }: RequestSample): void {
    this.requests.inc({ operation, code });
    this.seconds.observe({ operation }, seconds);
    if (cost > 0) this.cost.inc({ operation }, cost);
  }

  subgraph({ subgraph, kind, outcome, seconds }: SubgraphSample): void {
    this.subgraphs.observe({ subgraph, kind, outcome }, seconds);
  }

  plan(cached: boolean): void {
    this.plans.inc({ cache: cached ? 'hit' : 'miss' });
  }

  circuitState(subgraph: string, phase: BreakerState): void {
    for (const label of PHASES) this.circuits.set({ subgraph, phase: label }, label === phase ? 1 : 0);
  }

  circuitRejected(subgraph: string): void {
    this.circuitRejections.inc({ subgraph });
  }

  sockets(change: 1 | -1): void {
    this.openSockets.inc(change);
  }

  event(): void {
    this.events.inc();
  }

  dropped(): void {
    this.lost.inc();
  }

  trackSubscription(lag: () => number): () => void {
    // A new function each time, because two subscriptions may pass the same one.
    const follower = () => lag();
    this.followers.add(follower);
    return () => void this.followers.delete(follower);
  }
}
