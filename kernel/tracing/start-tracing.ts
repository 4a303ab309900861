import { context, propagation, trace } from '@opentelemetry/api';
import { setTraced } from './span.js';

export interface TracingOptions {
  /** Base URL of a collector that accepts OTLP over HTTP; spans are sent to `/v1/traces` below it. */
  readonly endpoint: string;
  /** Name of this process in traces, e.g. `fleetgraph-gateway`. */
  readonly service: string;
}

/**
 * Starts sending spans to a collector; disposing of the result sends the remaining spans. The SDK is loaded only here, so
 * that a process without tracing does not load it. The SDK's own settings (`OTEL_TRACES_SAMPLER`,
 * `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_BSP_…`) apply.
 */
export async function startTracing({ endpoint, service }: TracingOptions): Promise<AsyncDisposable> {
  const [
    { BatchSpanProcessor, NodeTracerProvider },
    { OTLPTraceExporter },
    { resourceFromAttributes },
    core,
  ] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/core'),
  ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  // Accepts only the span of clients, no baggage, which would be propagated.
  provider.register({ propagator: new core.W3CTraceContextPropagator() });
  setTraced(true);
  return {
    async [Symbol.asyncDispose]() {
      setTraced(false);
      // An unreachable collector must not delay the end of the process.
      await provider.shutdown().catch(() => undefined);
      for (const part of [trace, context, propagation]) part.disable();
    },
  };
}
