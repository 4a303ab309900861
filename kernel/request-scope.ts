import { AsyncLocalStorage } from 'node:async_hooks';

/** The callers that wait for an answer: the signal aborts when none of them waits any more. */
export interface AbortScope {
  readonly signal?: AbortSignal | undefined;
}

/** The client's request on whose account something runs, in whatever process. */
export interface RequestScope {
  /** What ties the log entries of the request together. */
  readonly requestId: string;
  /** When it was asked, in milliseconds since 1970; work that follows from it is counted as its own for a time. */
  readonly at: number;
  /** The account that asks; undefined before it is known. Work that follows takes the account's turns. */
  readonly account?: string | undefined;
  /** SQL that runs for the request ends when their signal aborts. */
  readonly abortScope?: AbortScope | undefined;
}

const storage = new AsyncLocalStorage<RequestScope | undefined>();

/** Runs work, and everything that it starts, for a request: its log entries carry the request's id. */
export function runInRequestScope<T>(scope: RequestScope, work: () => T): T {
  const known = storage.getStore();
  const same =
    known?.requestId === scope.requestId &&
    known.abortScope === scope.abortScope &&
    known.account === scope.account;
  return same ? work() : storage.run(scope, work);
}

/**
 * Runs work, and everything that it starts, for nobody in particular, though a request was the first to need it: what
 * others wait for, too, must not end with that request.
 */
export function runOutsideRequestScope<T>(work: () => T): T {
  return storage.run(undefined, work);
}

/** The request for which this runs; undefined for what the platform does by itself. */
export function currentRequestScope(): RequestScope | undefined {
  return storage.getStore();
}
