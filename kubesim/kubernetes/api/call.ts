import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClusterContext } from '../cluster/context.js';
import { unsupported } from '../schema/causes.js';
import type { Cause } from '../kinds/resource.js';
import { type ApiError, invalid } from '../kinds/status.js';
import type { ListRateLimiter } from './list-rate-limiter.js';
import type { UserInfo } from '../rbac/user-info.js';
import type { Representation } from './representation.js';

/** One request to a cluster's API server. */
export interface ApiCall {
  readonly cluster: ClusterContext;
  /** Account of the cluster. */
  readonly account: string;
  /** Version of the control plane, e.g. `1.32.1`. */
  readonly version: string;
  /** The effective user, after impersonation. */
  readonly user: UserInfo;
  /** Authenticates a token for one of the audiences; undefined if the cluster does not accept it. */
  authenticate(token: string, audiences: readonly string[]): Promise<AuthenticatedToken | RejectedToken>;
  /** Rate limiter of the cluster's lists. */
  readonly listRate: ListRateLimiter;
  readonly method: string;
  /** Path below `/clusters/<id>`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly representation: Representation;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Takes the connection of a request to switch protocols instead of sending a response; undefined for other requests. */
  readonly upgrade?: (() => UpgradedConnection) | undefined;
  /** Aborts if the client disconnects before the response. */
  readonly abortSignal: AbortSignal;
  /** The body, at most BODY_LIMIT bytes. */
  bytes(): Promise<Buffer>;
}

/** A connection that switches protocols. */
interface UpgradedConnection {
  readonly socket: Duplex;
  /** What the client has sent after the request. */
  readonly head: Buffer;
}

/** The user of a token, and those of the requested audiences for which the token is. */
export interface AuthenticatedToken {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
}

/** Why a token is not accepted. */
export interface RejectedToken {
  readonly error: string;
}

/** The body as text. */
export async function textOf(call: ApiCall): Promise<string> {
  return (await call.bytes()).toString();
}

/** Maximum size of a request body in bytes, as in API servers. */
export const BODY_LIMIT = 3 * 1024 * 1024;

/** Whether a query parameter is true: it is there, and neither `false` nor `0`. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

/** Options of the calls that change objects. */
const OPTIONS: Readonly<Record<string, string>> = {
  POST: 'Create',
  PUT: 'Update',
  PATCH: 'Patch',
  DELETE: 'Delete',
};

/** The error of an option that is none of the supported ones. */
export function invalidOption({ method }: ApiCall, cause: Cause): ApiError {
  const kind = `${OPTIONS[method] ?? ''}Options`;
  return invalid({ group: 'meta.k8s.io', kind, plural: '', id: '' }, '', [cause]);
}

/** Whether the request is a dry run. Throws ApiError for an unknown value. */
export function isDryRun(call: ApiCall): boolean {
  const values = call.query.getAll('dryRun');
  if (values.every((value) => value === 'All')) return values.length > 0;
  throw invalidOption(call, unsupported('dryRun', values, ['All']));
}

/** A response with its HTTP status. */
export interface ApiResponse {
  readonly status: number;
  readonly body: unknown;
  readonly contentType?: string;
}
