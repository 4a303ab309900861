import { AsyncLocalStorage } from 'node:async_hooks';

/** The client's request on whose account something runs, in whatever process. */
export interface RequestScope {
  /** What ties the log entries of the request together. */
  readonly requestId: string;
  /** When it was asked, in milliseconds since 1970; work that follows from it is counted as its own for a time. */
  readonly at: number;
}

const storage = new AsyncLocalStorage<RequestScope>();

/** Runs work, and everything that it starts, for a request: its log entries carry the request's id. */
export function inRequest<T>(scope: RequestScope, work: () => T): T {
  // A subgraph in the gateway's own process already runs for the gateway's request.
  return storage.getStore()?.requestId === scope.requestId ? work() : storage.run(scope, work);
}

/** The request for which this runs; undefined for what the platform does by itself. */
export function currentRequest(): RequestScope | undefined {
  return storage.getStore();
}
