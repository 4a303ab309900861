import { AsyncLocalStorage } from 'node:async_hooks';

/** The signal aborts when all callers of a request have aborted. */
export interface AbortScope {
  readonly signal?: AbortSignal | undefined;
}

/** The client request that caused the running work, in any process. */
export interface RequestScope {
  /** Correlates the log entries of the request. */
  readonly requestId: string;
  /**
   * Time of the request in milliseconds since 1970; follow-up work counts as part of the request for a time. Real time, not
   * that of a process's `Clock`: the gateway, subgraphs and engines each have a clock, and jobs carry the time between them.
   */
  readonly at: number;
  /** The account of the request; undefined before authentication. Follow-up work takes turns of the account. */
  readonly account?: string | undefined;
  /** Statements of the request are cancelled when its signal aborts. */
  readonly abortScope?: AbortScope | undefined;
}

const storage = new AsyncLocalStorage<RequestScope | undefined>();

/** Runs work, and everything that it starts, in the scope of a request: log entries have its `requestId`. */
export function runInRequestScope<T>(scope: RequestScope, work: () => T): T {
  const current = storage.getStore();
  const same =
    current?.requestId === scope.requestId &&
    current.abortScope === scope.abortScope &&
    current.account === scope.account;
  return same ? work() : storage.run(scope, work);
}

/**
 * Runs work, and everything that it starts, outside any request scope: shared work must not end with the request that
 * started it.
 */
export function runOutsideRequestScope<T>(work: () => T): T {
  return storage.run(undefined, work);
}

/** The scope of the running work; undefined for background work of the platform. */
export function currentRequestScope(): RequestScope | undefined {
  return storage.getStore();
}
