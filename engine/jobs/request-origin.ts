import { AsyncLocalStorage } from 'node:async_hooks';
import { z } from 'zod';
import {
  currentRequestScope,
  runInRequestScope,
  runOutsideRequestScope,
} from '../../kernel/request-scope.js';
import { type SpanOptions, inSpan, traceHeaders } from '../../kernel/tracing/span.js';

/** The client's request from which a job follows: its log entries and spans are the request's. */
export const requestOriginSchema = z.object({
  requestId: z.string(),
  /** When it was asked, in milliseconds since 1970. */
  at: z.number(),
  traceparent: z.string().optional(),
});

export type RequestOrigin = z.infer<typeof requestOriginSchema>;

/** What is done for something so long after it was asked for is the platform's own keeping of it. */
const ORIGIN_TTL_MS = 60 * 60 * 1000;

/** The request that jobs follow from which are asked for here; undefined for what the platform does by itself. */
export function currentRequestOrigin(): RequestOrigin | undefined {
  const request = currentRequestScope();
  if (!request) return undefined;
  const { requestId, at } = request;
  const { traceparent } = traceHeaders();
  return unexpiredOrigin({ requestId, at, ...(traceparent !== undefined && { traceparent }) });
}

/** The origin, as long as it lasts. */
export function unexpiredOrigin(origin: RequestOrigin | null | undefined): RequestOrigin | undefined {
  return origin && Date.now() - origin.at <= ORIGIN_TTL_MS ? origin : undefined;
}

/** The account of the job that runs here. It outlasts the request from which the job follows. */
const jobAccount = new AsyncLocalStorage<string | undefined>();

/** The account on whose behalf jobs are asked for here; undefined for what the platform does by itself. */
export function currentAccount(): string | undefined {
  return jobAccount.getStore() ?? currentRequestScope()?.account;
}

/** What a job is done for. */
interface JobCause {
  readonly origin: RequestOrigin | undefined;
  readonly account: string | undefined;
}

/** Does the work of a job for its account and for the request from which it follows, in a span of its own. */
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
