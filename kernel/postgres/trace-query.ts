import { trace } from '@opentelemetry/api';
import type { QueryInterceptor } from './query-interceptor.js';
import { inSpan, isTraced } from '../tracing/span.js';

/** Makes a span of every statement that is run for something that is traced. */
export const traceQuery: QueryInterceptor = ({ text }, run) => {
  if (!isTraced() || !trace.getActiveSpan()) return run();
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text };
  return inSpan(nameOf(text), () => ({ kind: 'client', attributes }), run);
};

/** `SELECT`, `INSERT`, …: values are never part of the text, tables too seldom the first thing in it. */
function nameOf(text: string): string {
  return `SQL ${/^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'statement'}`;
}
