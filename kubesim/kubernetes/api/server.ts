import type { IncomingMessage, ServerResponse } from 'node:http';
import { AbortedError } from '../../../kernel/aborted-error.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Log } from '../../../kernel/log.js';
import type { ClusterContext } from '../cluster/context.js';
import type { Credential, Credentials } from '../../credentials.js';
import { bearerToken, BodyTooLargeError, readBody, sendJson } from '../../http/exchange.js';
import { ListWriter, longListField } from './list-writer.js';
import type { Json } from '../kinds/object.js';
import { BODY_LIMIT, type ApiResponse, type ApiCall } from './call.js';
import { dispatch } from './dispatch.js';
import { FlowControl } from './flow-control.js';
import { ListRateLimiter, listRates } from './list-rate-limiter.js';
import { decodeSegment, readRequestTarget } from './request-target.js';
import type { OpenStreams } from './open-streams.js';
import { effectiveUser } from './rbac/impersonation.js';
import { AUTHENTICATED, type UserInfo } from './rbac/user-info.js';
import { negotiate } from './representation.js';
import { ApiError, noSuchPath, unauthorized } from '../kinds/status.js';

/** A cluster whose API server is available. */
export interface ServedCluster {
  readonly context: ClusterContext;
  readonly account: string;
  /** Version of the control plane, e.g. `1.32.1`. */
  readonly version: string;
  edition(): 'STANDARD' | 'PRO';
}

export interface ApiServerOptions {
  /** The cluster with the id. Throws ApiError if there is none, or its API server is unavailable. */
  cluster(id: string): ServedCluster;
  readonly credentials: Credentials;
  readonly streams: OpenStreams;
  readonly clock: Clock;
  readonly log: Log;
}

/** The options and the state that all requests share. */
interface ServerContext extends ApiServerOptions {
  readonly flows: FlowControl;
  readonly lists: ListWriter;
}

/** Request listener of the Kubernetes APIs of all clusters, each below `/clusters/<id>`. */
export function apiServer(
  options: ApiServerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const serving = { ...options, flows: new FlowControl(), lists: new ListWriter() };
  return (request, response) => {
    serve(serving, request, response).catch((error: unknown) => sendError(response, error, options.log));
  };
}

async function serve(
  options: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { path: whole, query } = readRequestTarget(request.url ?? '/');
  const [, id, path] = /^\/clusters\/([^/]+)(\/.*)?$/.exec(whole) ?? [];
  if (id === undefined) throw noSuchPath();
  const clusterId = decodeSegment(id);
  const credential = await credentialOf(options, request, clusterId);
  const cluster = options.cluster(clusterId);
  const { account, context, version } = cluster;
  const call: ApiCall = {
    cluster: context,
    account,
    version,
    user: effectiveUser(userOf(credential), request),
    listRate: rateLimiterOf(cluster, options.clock),
    method: request.method ?? 'GET',
    path: withoutEndingSlash(path ?? '/'),
    query,
    representation: negotiateFor(request, path ?? '', query),
    request,
    response,
    abortSignal: abortSignalOf(response),
    bytes: memoize(() => readBody(request, BODY_LIMIT)),
  };
  const flow = { account, subject: credential.user.name };
  options.streams.admit(call, flow);
  const apiResponse = await options.flows.handleCall(call, flow, dispatch);
  if (!apiResponse) return void options.streams.add(response, flow, credential);
  const list = apiResponse.contentType === undefined ? longListField(apiResponse.body) : undefined;
  if (!list) return send(response, apiResponse);
  const { status, body } = apiResponse;
  await options.lists.send(response, account, { status, body: body as Json, list });
}

async function credentialOf(
  { credentials, clock }: ApiServerOptions,
  request: IncomingMessage,
  clusterId: string,
): Promise<Credential> {
  const token = bearerToken(request);
  const credential = token && (await credentials.verify(clusterId, token, clock.now()));
  if (!credential) throw unauthorized();
  return credential;
}

function userOf({ user: { name, groups } }: Credential): UserInfo {
  return { username: name, groups: [...groups, AUTHENTICATED] };
}

/** Aborts if the client disconnects before the response. */
function abortSignalOf(response: ServerResponse): AbortSignal {
  const disconnect = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) disconnect.abort();
  });
  return disconnect.signal;
}

const limiters = new WeakMap<ClusterContext, ListRateLimiter>();

/** The rate limiter of a cluster; replaced when the edition changes. */
function rateLimiterOf({ context, edition }: ServedCluster, clock: Clock): ListRateLimiter {
  const existing = limiters.get(context);
  if (existing) return existing;
  const limiter = new ListRateLimiter(clock, () => listRates[edition()]);
  limiters.set(context, limiter);
  return limiter;
}

/** Caches the result of the first call: a body can be read only once. */
function memoize<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => (reading ??= read());
}

function withoutEndingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Only objects are negotiated; discovery, schemas and logs have fixed formats. */
function negotiateFor(
  { headers }: IncomingMessage,
  path: string,
  query: URLSearchParams,
): ApiCall['representation'] {
  const objects = /^\/apis?\/.+\/.+/.test(path) && !path.endsWith('/log');
  return negotiate(objects ? headers.accept : undefined, query.get('includeObject'));
}

function send(response: ServerResponse, { status, body, contentType }: ApiResponse): void {
  if (typeof body !== 'string') return sendJson(response, status, body, contentType);
  response.writeHead(status, { 'content-type': contentType ?? 'text/plain' }).end(body);
}

function sendError(response: ServerResponse, error: unknown, log: Log): void {
  if (error instanceof AbortedError) return;
  const wait = error instanceof ApiError ? error.details?.retryAfterSeconds : undefined;
  if (wait !== undefined && !response.headersSent) response.setHeader('retry-after', String(wait));
  if (error instanceof ApiError) return sendJson(response, error.code, error.body());
  if (error instanceof BodyTooLargeError) {
    return sendJson(response, 413, new ApiError(413, 'RequestEntityTooLarge', error.message).body());
  }
  log.error({ err: error }, 'a request to a Kubernetes API server failed');
  sendJson(
    response,
    500,
    new ApiError(
      500,
      'InternalError',
      'an error on the server has prevented the request from succeeding',
    ).body(),
  );
}
