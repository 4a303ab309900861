import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClusterContext } from '../cluster/context.js';
import type { ListRateLimiter } from './list-rate-limiter.js';
import type { UserInfo } from './rbac/user-info.js';
import type { Representation } from './representation.js';

/** One request to a cluster's API server. */
export interface ApiCall {
  readonly cluster: ClusterContext;
  /** Whose cluster it is. */
  readonly account: string;
  /** The version that the control plane runs, e.g. `1.32.1`. */
  readonly version: string;
  /** As whom it acts. */
  readonly user: UserInfo;
  /** What the cluster's lists may still read. */
  readonly listRate: ListRateLimiter;
  readonly method: string;
  /** Path below `/clusters/<id>`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly representation: Representation;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborts when the client leaves before it has its answer. */
  readonly left: AbortSignal;
  /** The body, at most BODY_LIMIT bytes. */
  bytes(): Promise<Buffer>;
}

/** The body as text. */
export async function textOf(call: ApiCall): Promise<string> {
  return (await call.bytes()).toString();
}

/** Bytes of a request body at the most, somewhat above what a real API server takes. */
export const BODY_LIMIT = 3 * 1024 * 1024;

/** Whether a parameter is given as true. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value === 'true' || value === '1';
}

/** Whether the change is only tried. */
export function isDryRun(query: URLSearchParams): boolean {
  return query.getAll('dryRun').includes('All');
}

/** An answer with its HTTP status. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly contentType?: string;
}
