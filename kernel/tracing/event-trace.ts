/**
 * Parent spans of stream values. A WeakMap, because the value of an event is mapped several times between the log and the
 * resolvers, and its types have no field for tracing.
 */
const spans = new WeakMap<object, string>();

/** Sets the parent span (W3C `traceparent`) of a stream value and returns the value. */
export function setParentSpan<T extends object>(value: T, traceparent: string | undefined): T {
  if (traceparent !== undefined) spans.set(value, traceparent);
  return value;
}

/** The parent span of a stream value, if there is one. */
export function parentSpanOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? spans.get(value) : undefined;
}
