import type { Log } from '../../kernel/log.js';
import { isTraced } from '../../kernel/tracing/span.js';
import type { CircuitOptions } from './circuit-breaker.js';
import { CircuitBreakerSource } from './circuit-breaker-source.js';
import type { SubgraphLocation } from './create-sources.js';
import type { SubgraphSource } from './call/subgraph-source.js';
import { type GatewayMetrics, noopMetrics } from '../metrics/gateway-metrics.js';
import { TracedSource } from './traced-source.js';
import { MeteredSource } from './metered-source.js';

export interface WrapSourcesOptions {
  readonly subgraphs: Readonly<Record<string, SubgraphLocation>>;
  readonly limits: {
    /** Milliseconds for a query or mutation of one subgraph. */
    readonly subgraphTimeout: number;
    /** Milliseconds for opening a stream from one subgraph. */
    readonly subgraphOpening: number;
  };
  readonly circuit?: CircuitOptions | undefined;
  /** Undefined without metrics. */
  readonly metrics: GatewayMetrics | undefined;
  readonly log: Log;
}

/**
 * Wraps each source with tracing, metrics, a timeout and a circuit breaker. Subgraphs of this process get
 * neither timeout nor circuit breaker.
 */
export function wrapSources(sources: Map<string, SubgraphSource>, options: WrapSourcesOptions): void {
  const { subgraphs, limits, circuit, metrics, log } = options;
  for (const [name, source] of sources) {
    const traced = isTraced() ? new TracedSource(source) : source;
    const measured = metrics ? new MeteredSource(traced, metrics) : traced;
    const withCircuitBreaker = () =>
      new CircuitBreakerSource({
        source: measured,
        timeout: limits.subgraphTimeout,
        openingTimeout: limits.subgraphOpening,
        circuit,
        metrics: metrics ?? noopMetrics,
        log,
      });
    sources.set(name, subgraphs[name]?.kind === 'local' ? measured : withCircuitBreaker());
  }
}
