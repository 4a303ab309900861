import { trace } from '@opentelemetry/api';
import type { QueryInterceptor } from './query-interceptor.js';
import { inSpan, isTraced } from '../tracing/span.js';

/** Creates a span for every statement that runs within a span. */
export const traceQuery: QueryInterceptor = ({ text }, run) => {
  if (!isTraced() || !trace.getActiveSpan()) return run();
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text };
  return inSpan(nameOf(text), () => ({ kind: 'client', attributes }), run);
};

/** Name of the span: `SQL SELECT`, `SQL INSERT`, … */
function nameOf(text: string): string {
  return `SQL ${/^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'statement'}`;
}
