import { AsyncLocalStorage } from 'node:async_hooks';
import { z } from 'zod';
import {
  currentRequestScope,
  runInRequestScope,
  runOutsideRequestScope,
} from '../../kernel/request-scope.js';
import { type SpanOptions, inSpan, traceHeaders } from '../../kernel/tracing/span.js';

/** The client's request that caused a job; the logs and spans of the job refer to it. */
export const requestOriginSchema = z.object({
  requestId: z.string(),
  /** When it was received, in milliseconds since 1970. */
  at: z.number(),
  traceparent: z.string().optional(),
});

export type RequestOrigin = z.infer<typeof requestOriginSchema>;

/** Milliseconds after which a job counts as maintenance of the platform, not as work of the request. */
const ORIGIN_TTL_MS = 60 * 60 * 1000;

/** The request that causes the jobs enqueued here; undefined for work of the platform itself. */
export function currentRequestOrigin(): RequestOrigin | undefined {
  const request = currentRequestScope();
  if (!request) return undefined;
  const { requestId, at } = request;
  const { traceparent } = traceHeaders();
  return unexpiredOrigin({ requestId, at, ...(traceparent !== undefined && { traceparent }) });
}

/** The origin, unless it has expired. Compared in real time, by which other processes have set `at` (see RequestScope). */
export function unexpiredOrigin(origin: RequestOrigin | null | undefined): RequestOrigin | undefined {
  return origin && Date.now() - origin.at <= ORIGIN_TTL_MS ? origin : undefined;
}

/** The account of the running job. It is kept after the job's origin has expired. */
const jobAccount = new AsyncLocalStorage<string | undefined>();

/** The account for which jobs are enqueued here; undefined for work of the platform itself. */
export function currentAccount(): string | undefined {
  return jobAccount.getStore() ?? currentRequestScope()?.account;
}

/** Cause of a job. */
interface JobCause {
  readonly origin: RequestOrigin | undefined;
  readonly account: string | undefined;
}

/** Runs a job in the scope of its account and of the request that caused it, in a span of its own. */
export function runForRequestOrigin<T>(
  { origin, account }: JobCause,
  job: { readonly name: string; readonly attributes: SpanOptions['attributes'] & object },
  work: () => Promise<T>,
): Promise<T> {
  const { traceparent } = origin ?? {};
  const parent = traceparent === undefined ? {} : { parent: { traceparent } };
  const spanned = () =>
    jobAccount.run(account, () =>
      inSpan(job.name, () => ({ kind: 'consumer', attributes: job.attributes, ...parent }), work),
    );
  return origin
    ? runInRequestScope({ requestId: origin.requestId, at: origin.at }, spanned)
    : runOutsideRequestScope(spanned);
}
