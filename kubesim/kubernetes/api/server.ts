import type { IncomingMessage, ServerResponse } from 'node:http';
import { AbortedError } from '../../../kernel/aborted-error.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Log } from '../../../kernel/log.js';
import type { ClusterContext } from '../cluster/context.js';
import type { Credential, Credentials } from '../../credentials.js';
import { bearerToken, BodyTooLarge, readBody, sendJson } from '../../http/exchange.js';
import { ListWriter, longList } from './list-writer.js';
import type { Json } from '../kinds/object.js';
import { BODY_LIMIT, type ApiAnswer, type ApiCall } from './call.js';
import { dispatch } from './dispatch.js';
import { FlowControl } from './flow-control.js';
import { ListRateLimiter, listRates } from './list-rate-limiter.js';
import { decodeSegment, readRequestTarget } from './request-target.js';
import type { OpenStreams } from './open-streams.js';
import { actingUser } from './rbac/impersonation.js';
import { AUTHENTICATED, type UserInfo } from './rbac/user-info.js';
import { negotiate } from './representation.js';
import { ApiError, noSuchPath, unauthorized } from '../kinds/status.js';

/** A cluster whose API server answers. */
export interface ServedCluster {
  readonly context: ClusterContext;
  readonly account: string;
  /** The version that the control plane runs, e.g. `1.32.1`. */
  readonly version: string;
  edition(): 'STANDARD' | 'PRO';
}

export interface ApiServerOptions {
  /** The cluster with the id. Throws ApiError when there is none, or its API server cannot answer. */
  cluster(id: string): ServedCluster;
  readonly credentials: Credentials;
  readonly streams: OpenStreams;
  readonly clock: Clock;
  readonly log: Log;
}

/** The options, and what all requests share. */
interface Serving extends ApiServerOptions {
  readonly flows: FlowControl;
  readonly lists: ListWriter;
}

/** The Kubernetes API of all clusters, each below `/clusters/<id>`, as a listener for a server. */
export function apiServer(
  options: ApiServerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const serving = { ...options, flows: new FlowControl(), lists: new ListWriter() };
  return (request, response) => {
    serve(serving, request, response).catch((error: unknown) => refuse(response, error, options.log));
  };
}

async function serve(options: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
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
    user: actingUser(userOf(credential), request),
    listRate: rateLimiterOf(cluster, options.clock),
    method: request.method ?? 'GET',
    path: withoutEndingSlash(path ?? '/'),
    query,
    representation: negotiateFor(request, path ?? '', query),
    request,
    response,
    left: leftSignal(response),
    bytes: once(() => readBody(request, BODY_LIMIT)),
  };
  const flow = { account, subject: credential.user.name };
  options.streams.admit(call, flow);
  const answer = await options.flows.answer(call, flow, dispatch);
  if (!answer) return void options.streams.add(response, flow, credential);
  const list = answer.contentType === undefined ? longList(answer.body) : undefined;
  if (!list) return send(response, answer);
  const { status, body } = answer;
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

/** Aborts when the client leaves before it has its answer. */
function leftSignal(response: ServerResponse): AbortSignal {
  const left = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) left.abort();
  });
  return left.signal;
}

const limiters = new WeakMap<ClusterContext, ListRateLimiter>();

/** One for each cluster; a larger one since the moment when it became a Pro cluster. */
function rateLimiterOf({ context, edition }: ServedCluster, clock: Clock): ListRateLimiter {
  const known = limiters.get(context);
  if (known) return known;
  const limiter = new ListRateLimiter(clock, () => listRates[edition()]);
  limiters.set(context, limiter);
  return limiter;
}

/** A body can be read only once; later askers get what the first one read. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => (reading ??= read());
}

function withoutEndingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Only objects are negotiated; discovery, schemas and logs have forms of their own. */
function negotiateFor(
  { headers }: IncomingMessage,
  path: string,
  query: URLSearchParams,
): ApiCall['representation'] {
  const objects = /^\/apis?\/.+\/.+/.test(path) && !path.endsWith('/log');
  return negotiate(objects ? headers.accept : undefined, query.get('includeObject'));
}

function send(response: ServerResponse, { status, body, contentType }: ApiAnswer): void {
  if (typeof body !== 'string') return sendJson(response, status, body, contentType);
  response.writeHead(status, { 'content-type': contentType ?? 'text/plain' }).end(body);
}

function refuse(response: ServerResponse, error: unknown, log: Log): void {
  if (error instanceof AbortedError) return;
  const wait = error instanceof ApiError ? error.details?.retryAfterSeconds : undefined;
  if (wait !== undefined && !response.headersSent) response.setHeader('retry-after', String(wait));
  if (error instanceof ApiError) return sendJson(response, error.code, error.body());
  if (error instanceof BodyTooLarge) {
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
