import { GraphQLRequestError, TransportError } from './errors.js';

/** How long to wait before trying again. The wait doubles with each failure and is shortened at random. */
export interface RetryOptions {
  /** Upper bound of the first wait, in milliseconds. Default 250. */
  readonly firstWait?: number;
  /** Upper bound of every wait, in milliseconds. Default 10,000. */
  readonly longestWait?: number;
  /**
   * How long a query or a repeatable mutation is tried again, in milliseconds. Default 60,000; 0 tries once.
   * Subscriptions are tried until they are ended.
   */
  readonly giveUpAfter?: number;
}

/** Options with every default filled in. */
export type RetryPolicy = Required<RetryOptions>;

/** Something failed in a way that may pass; it is tried again after `wait` milliseconds. */
export interface Retry {
  /** Name of the operation, if it has one. */
  readonly operation: string | undefined;
  readonly error: Error;
  /** Failures in a row so far, from 1. */
  readonly attempt: number;
  /** Milliseconds until the next try. */
  readonly wait: number;
}

const PASSING_CODES = new Set(['REQUEST_TIMEOUT', 'SERVICE_UNAVAILABLE', 'SLOW_CONSUMER', 'STALE_READ']);
const PASSING_STATUS = new Set([429, 502, 503, 504]);
const STALE_TOKEN = new Set(['RIGHTS_CHANGED', 'UNAUTHENTICATED', 'TOKEN_EXPIRED']);

export function retryPolicy(options: RetryOptions = {}): RetryPolicy {
  return { firstWait: 250, longestWait: 10_000, giveUpAfter: 60_000, ...options };
}

/** Whether the same request may succeed later: the network failed, or a part of the platform is away. */
export function mayPass(error: unknown): error is Error {
  if (error instanceof TransportError) return error.status === undefined || PASSING_STATUS.has(error.status);
  if (!(error instanceof GraphQLRequestError)) return false;
  return error.errors.every(({ extensions }) => PASSING_CODES.has(extensions?.code ?? ''));
}

/** Whether a newer token may help. */
export function isStaleToken(error: unknown): boolean {
  return error instanceof GraphQLRequestError && error.codes.some((code) => STALE_TOKEN.has(code));
}

/** Milliseconds to wait after the given number of failures in a row: at random in the upper half of a growing bound. */
export function waitBefore(attempt: number, policy: RetryPolicy, error?: Error): number {
  const bound = Math.min(policy.longestWait, policy.firstWait * 2 ** Math.min(attempt - 1, 20));
  const asked = error instanceof TransportError ? (error.retryAfter ?? 0) : 0;
  return Math.max(asked, Math.round(bound * (0.5 + Math.random() / 2)));
}

/** Waits; ends early, without an error, when the signal aborts. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
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
