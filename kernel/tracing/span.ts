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
  /** `server` answers somebody else's request, `client` makes one, `consumer` works off a job. Default neither. */
  readonly kind?: 'server' | 'client' | 'consumer';
  readonly attributes?: Attributes;
  /** Headers (or the like) that name the span that this one follows from; default the one it runs in. */
  readonly parent?: Readonly<Record<string, unknown>> | undefined;
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER };
let traced = false;

/** Whether spans are made; told once, by `startTracing`. */
export function setTraced(value: boolean): void {
  traced = value;
}

export function isTraced(): boolean {
  return traced;
}

/** Runs work in a span. When nothing is traced it just runs. */
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

/** Adds what has become known of the span that this runs in. */
export function describeSpan(attributes: () => Attributes): void {
  if (traced) trace.getActiveSpan()?.setAttributes(attributes());
}

/** Says that what the span that this runs in stands for has failed, though nothing was thrown. */
export function failSpan(message: string): void {
  if (traced) trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** Headers that name the span that this runs in (`traceparent`, W3C); none when nothing is traced. */
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
