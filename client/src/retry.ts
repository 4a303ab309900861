import { GraphQLRequestError, TransportError } from './errors.js';

/** Exponential back-off with jitter. cockatiel needs Node.js 22; this client runs on 20 and in browsers. */
export interface RetryOptions {
  /** Maximum delay of the first retry, in milliseconds. Default 250. */
  readonly initialDelayMs?: number;
  /** Maximum delay of every retry, in milliseconds. Default 10,000. */
  readonly maxDelayMs?: number;
  /**
   * Time after which a query or a mutation with a clientToken is no longer retried, in milliseconds. Default 60,000; 0
   * disables retries. Subscriptions reconnect without limit.
   */
  readonly maxElapsedMs?: number;
}

/** Options with all defaults. */
export type RetryPolicy = Required<RetryOptions>;

/** A retryable failure; the next attempt is after `delayMs` milliseconds. */
export interface Retry {
  /** Name of the operation, if it has one. */
  readonly operation: string | undefined;
  readonly error: Error;
  /** Consecutive failures, from 1. */
  readonly attempt: number;
  /** Milliseconds until the next attempt. */
  readonly delayMs: number;
}

const RETRYABLE_CODES = new Set(['REQUEST_TIMEOUT', 'SERVICE_UNAVAILABLE', 'SLOW_CONSUMER', 'STALE_READ']);
const RETRYABLE_STATUS = new Set([429, 502, 503, 504]);
const TOKEN_REJECTED_CODES = new Set(['RIGHTS_CHANGED', 'UNAUTHENTICATED', 'TOKEN_EXPIRED']);

export function retryPolicy(options: RetryOptions = {}): RetryPolicy {
  return { initialDelayMs: 250, maxDelayMs: 10_000, maxElapsedMs: 60_000, ...options };
}

/** Whether the failure is transient: a network error, or a part of the platform is unavailable. */
export function isRetryable(error: unknown): error is Error {
  if (error instanceof TransportError)
    return error.status === undefined || RETRYABLE_STATUS.has(error.status);
  if (!(error instanceof GraphQLRequestError)) return false;
  return error.errors.every(({ extensions }) => RETRYABLE_CODES.has(extensions?.code ?? ''));
}

/** Whether a newer token may help. */
export function isTokenRejected(error: unknown): boolean {
  return error instanceof GraphQLRequestError && error.codes.some((code) => TOKEN_REJECTED_CODES.has(code));
}

/** Delay after the given number of consecutive failures: random in the upper half of an exponential bound. */
export function backoffDelay(attempt: number, policy: RetryPolicy, error?: Error): number {
  const bound = Math.min(policy.maxDelayMs, policy.initialDelayMs * 2 ** Math.min(attempt - 1, 20));
  const retryAfter = error instanceof TransportError ? (error.retryAfter ?? 0) : 0;
  return Math.max(retryAfter, Math.round(bound * (0.5 + Math.random() / 2)));
}

/** Waits; resolves early if the signal aborts. */
export function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((wake) => {
    if (signal?.aborted) return wake();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      wake();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}
