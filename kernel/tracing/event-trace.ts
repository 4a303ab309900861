/**
 * Spans of what streams tell, by the values that stand for it: between the log and the resolvers an event changes its
 * form, and no form of it has a field that is nobody's business but the tracing's.
 */
const spans = new WeakMap<object, string>();

/** Says which span (`traceparent`, W3C) a stream's value follows from; answers the value. */
export function setParentSpan<T extends object>(value: T, traceparent: string | undefined): T {
  if (traceparent !== undefined) spans.set(value, traceparent);
  return value;
}

/** The span that a stream's value follows from, if it is known. */
export function parentSpanOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? spans.get(value) : undefined;
}
