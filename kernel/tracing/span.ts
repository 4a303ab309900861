import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import type { MaybePromise } from '../maybe-promise.js';

export interface SpanOptions {
  /** `server` handles a request, `client` sends one, `consumer` runs a job. Default internal. */
  readonly kind?: 'server' | 'client' | 'consumer';
  readonly attributes?: Attributes;
  /** Headers with the `traceparent` of the parent span; default the active span. */
  readonly parent?: Readonly<Record<string, unknown>> | undefined;
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER };
let traced = false;

/** Enables spans; called once, by `startTracing`. */
export function setTraced(value: boolean): void {
  traced = value;
}

export function isTraced(): boolean {
  return traced;
}

/** Runs work in a span; without tracing it only runs the work. */
export function inSpan<T>(name: string, options: () => SpanOptions, work: () => Promise<T>): Promise<T>;
export function inSpan<T>(
  name: string,
  options: () => SpanOptions,
  work: () => MaybePromise<T>,
): MaybePromise<T>;
export function inSpan<T>(
  name: string,
  options: () => SpanOptions,
  work: () => MaybePromise<T>,
): MaybePromise<T> {
  if (!traced) return work();
  const { kind, attributes, parent } = options();
  const from = parent ? propagation.extract(ROOT_CONTEXT, parent) : context.active();
  const span = trace
    .getTracer('fleetgraph')
    .startSpan(
      name,
      { kind: kind ? KINDS[kind] : SpanKind.INTERNAL, ...(attributes && { attributes }) },
      from,
    );
  return context.with(trace.setSpan(from, span), () => finish(span, work));
}

/** Adds attributes to the active span. */
export function describeSpan(attributes: () => Attributes): void {
  if (traced) trace.getActiveSpan()?.setAttributes(attributes());
}

/** Sets the status of the active span to ERROR, for failures that are not thrown. */
export function failSpan(message: string): void {
  if (traced) trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** Headers with the W3C `traceparent` of the active span; none without tracing. */
export function traceHeaders(): Record<string, string> {
  if (!traced) return {};
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

async function finish<T>(span: Span, work: () => MaybePromise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    span.setStatus({
      code: SpanStatusCode.ERROR,
      message: error instanceof Error ? error.message : String(error),
    });
    throw error;
  } finally {
    span.end();
  }
}
