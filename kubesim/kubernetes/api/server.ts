import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AbortedError } from '../../../kernel/aborted-error.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Log } from '../../../kernel/log.js';
import type { ClusterContext } from '../cluster/context.js';
import type { Credential, CredentialUser, Credentials } from '../../credentials.js';
import { API_AUDIENCE, type ServiceAccountTokens } from '../../service-account-tokens.js';
import { bearerToken, BodyTooLargeError, readBody, sendJson } from '../../http/exchange.js';
import { ListWriter, longListField } from './list-writer.js';
import type { Json } from '../kinds/object.js';
import {
  BODY_LIMIT,
  flag,
  type ApiResponse,
  type ApiCall,
  type AuthenticatedToken,
  type RejectedToken,
} from './call.js';
import { dispatch } from './dispatch.js';
import { FlowControl } from './flow-control.js';
import { ListRateLimiter, listRates } from './list-rate-limiter.js';
import { normalizedPath, watchedPath } from './path.js';
import { decodeSegment, readRequestTarget } from './request-target.js';
import { isStream, type OpenStreams } from './open-streams.js';
import { forwardedCredential, rejectionOf, serviceAccountCredential } from './service-account-credential.js';
import { effectiveUser } from './rbac/impersonation.js';
import { AUTHENTICATED, type UserInfo } from './rbac/user-info.js';
import { roleIndexOf } from './rbac/authorizer.js';
import { mayStillRead } from './authorization.js';
import { CONTENT_TYPES, encoded, formatOf } from './answer-format.js';
import { type Media, negotiate } from './representation.js';
import { ApiError, noSuchPath, unauthorized } from '../kinds/status.js';

/** A cluster whose API server is available. */
export type ServedCluster = SimulatedApiServer | ProxiedApiServer;

/** A simulated API server. */
interface SimulatedApiServer {
  readonly context: ClusterContext;
  readonly account: string;
  /** Version of the control plane, e.g. `1.32.1`. */
  readonly version: string;
  edition(): 'STANDARD' | 'PRO';
}

/** A request to a real API server. */
interface ProxiedRequest {
  /** Path and query at the API server, as the client wrote them. */
  readonly path: string;
  /** The authenticated user; undefined: the API server authenticates the token of the request. */
  readonly user: CredentialUser | undefined;
  readonly request: IncomingMessage;
}

/** A real API server, which does everything but authenticate the users of kubeconfigs. */
interface ProxiedApiServer {
  readonly account: string;
  readonly proxy: {
    forward(call: ProxiedRequest, response: ServerResponse): Promise<void>;
    /** Forwards a request to switch protocols. */
    forwardUpgrade(call: ProxiedRequest, client: Duplex, head: Buffer): void;
  };
}

export interface ApiServerOptions {
  /** The cluster with the id. Throws ApiError if there is none, or its API server is unavailable. */
  cluster(id: string): ServedCluster;
  readonly credentials: Credentials;
  readonly tokens: ServiceAccountTokens;
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
  const { clusterId, query, url } = targetOf(request);
  const credential = await credentialOf(options, request, clusterId);
  const cluster = options.cluster(clusterId);
  const flow = { account: cluster.account, subject: credential.user.name };
  options.streams.admit(query, flow);
  if ('proxy' in cluster) {
    if (isStream(query)) options.streams.add(response, flow, credential);
    return cluster.proxy.forward({ path: url, user: forwardedUser(credential), request }, response);
  }
  const call = callOf(options, cluster, { credential, request, response });
  const apiResponse = await options.flows.handleCall(call, flow, dispatch);
  if (!apiResponse) return void options.streams.add(response, flow, credential, allowance(call, credential));
  const media = formatOf(apiResponse.body, call.representation.media);
  const list = apiResponse.contentType === undefined ? longListField(apiResponse.body) : undefined;
  if (!list) return send(response, apiResponse, { media, isPretty: flag(call.query, 'pretty') });
  const { status, body } = apiResponse;
  await options.lists.send(response, cluster.account, { status, body: body as Json, list, media });
}

/** An authenticated request, and how its connection switches protocols if it asks for that. */
interface Received extends Pick<ApiCall, 'request' | 'response' | 'upgrade'> {
  readonly credential: Credential;
}

function callOf(
  options: ServerContext,
  cluster: SimulatedApiServer,
  { credential, request, response, upgrade }: Received,
): ApiCall {
  const { clusterId, path, query } = targetOf(request);
  const { account, context, version } = cluster;
  return {
    cluster: context,
    account,
    version,
    user: effectiveUser(context, userOf(credential), request),
    authenticate: (token, audiences) => reviewToken(options, clusterId, { token, audiences }),
    listRate: rateLimiterOf(cluster, options.clock),
    method: request.method ?? 'GET',
    path: normalizedPath(path || '/'),
    query,
    representation: negotiateFor(request, path, query),
    ...{ request, response, upgrade },
    abortSignal: abortSignalOf(response),
    bytes: memoize(() => readBody(request, BODY_LIMIT)),
  };
}

/** Listener for requests to switch protocols: exec, attach, port-forward, and those that are proxied to a kubelet. */
export function upgradeListener(
  options: ApiServerOptions,
): (request: IncomingMessage, client: Socket, head: Buffer) => void {
  const serving = { ...options, flows: new FlowControl(), lists: new ListWriter() };
  return (request, client, head) => {
    client.on('error', () => client.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(client);
    response.once('finish', () => client.end());
    upgrade(serving, request, { response, client, head }).catch((error: unknown) =>
      sendError(response, error, options.log),
    );
  };
}

async function upgrade(
  options: ServerContext,
  request: IncomingMessage,
  {
    response,
    client,
    head,
  }: { readonly response: ServerResponse; readonly client: Socket; readonly head: Buffer },
): Promise<void> {
  const { clusterId, url } = targetOf(request);
  const credential = await credentialOf(options, request, clusterId);
  const cluster = options.cluster(clusterId);
  const flow = { account: cluster.account, subject: credential.user.name };
  options.streams.admitStream(flow);
  const take = () => {
    response.detachSocket(client);
    return { socket: client, head };
  };
  if ('proxy' in cluster) {
    options.streams.add(client, flow, credential);
    take();
    return cluster.proxy.forwardUpgrade(
      { path: url, user: forwardedUser(credential), request },
      client,
      head,
    );
  }
  const call = callOf(options, cluster, { credential, request, response, upgrade: take });
  const apiResponse = await options.flows.handleCall(call, flow, dispatch);
  if (apiResponse) return send(response, apiResponse);
  options.streams.add(client, flow, credential, allowance(call, credential));
}

/** The cluster of a request, and the path (empty for the cluster itself), query and both at its API server. */
function targetOf(request: IncomingMessage) {
  const { path: whole, query, search } = readRequestTarget(request.url ?? '/');
  const [, id, path = ''] = /^\/clusters\/([^/]+)(\/.*)?$/.exec(whole) ?? [];
  if (id === undefined) throw noSuchPath();
  if (watchedPath(path) !== undefined) query.set('watch', 'true');
  return { clusterId: decodeSegment(id), path, query, url: `${path || '/'}${search}` };
}

async function credentialOf(
  options: ApiServerOptions,
  request: IncomingMessage,
  clusterId: string,
): Promise<Credential> {
  const { credentials, clock } = options;
  const token = bearerToken(request);
  const credential = token && (await credentials.verify(clusterId, token, clock.now()));
  if (credential) return credential;
  const account = token && (await serviceAccountOf(options, clusterId, { token }));
  if (account) return account.credential;
  const forwarded = token && forwardedCredential(token);
  if (!forwarded || !('proxy' in options.cluster(clusterId))) throw unauthorized();
  return forwarded;
}

function forwardedUser({ isForwarded, user }: Credential): CredentialUser | undefined {
  return isForwarded ? undefined : user;
}

/** A token of a service account that a cluster accepts. */
interface AcceptedToken {
  readonly credential: Credential;
  /** All audiences of the token. */
  readonly audiences: readonly string[];
}

/** The credential of a service account's token for the audiences; undefined if the cluster does not accept it. */
async function serviceAccountOf(
  { tokens, clock, cluster }: ApiServerOptions,
  clusterId: string,
  { token, audiences }: { readonly token: string; readonly audiences?: readonly string[] },
): Promise<AcceptedToken | undefined> {
  const verified = await tokens.verify(clusterId, token, clock.now());
  const served = verified && cluster(clusterId);
  if (!served || !('context' in served)) return undefined;
  const credential = serviceAccountCredential(served.context, verified, audiences);
  return credential && { credential, audiences: verified.audiences };
}

/** The user of a token, and those of the audiences for which it is; or why the cluster does not accept it. */
async function reviewToken(
  options: ApiServerOptions,
  clusterId: string,
  { token, audiences }: { readonly token: string; readonly audiences: readonly string[] },
): Promise<AuthenticatedToken | RejectedToken> {
  const { credentials, tokens, clock } = options;
  const credential = await credentials.verify(clusterId, token, clock.now());
  const accepted = audiences.filter((audience) => audience === API_AUDIENCE);
  if (credential)
    return accepted.length > 0 ? { user: userOf(credential), audiences: accepted } : { error: INVALID };
  const account = await serviceAccountOf(options, clusterId, { token, audiences });
  if (account)
    return {
      user: userOf(account.credential),
      audiences: audiences.filter((audience) => account.audiences.includes(audience)),
    };
  const verified = await tokens.verify(clusterId, token, clock.now());
  const served = options.cluster(clusterId);
  const why = verified && 'context' in served && rejectionOf(served.context, verified, audiences);
  return { error: why ? `[${INVALID}, ${why}]` : INVALID };
}

const INVALID = 'invalid bearer token';

function userOf({ user: { name, uid, groups, extra } }: Credential): UserInfo {
  return {
    username: name,
    ...(uid !== undefined && { uid }),
    groups: [...groups, AUTHENTICATED],
    ...(extra && { extra }),
  };
}

/** Aborts if the client disconnects before the response. */
function abortSignalOf(response: ServerResponse): AbortSignal {
  const disconnect = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) disconnect.abort();
  });
  return disconnect.signal;
}

/** Whether the user of a stream may still read it; decided again when a role or binding has changed. */
function allowance(call: ApiCall, credential: Credential): () => boolean {
  const index = roleIndexOf(call.cluster);
  let { revision } = index;
  return () => {
    if (index.revision === revision) return true;
    ({ revision } = index);
    return mayStillRead(call, userOf(credential));
  };
}

const limiters = new WeakMap<ClusterContext, ListRateLimiter>();

/** The rate limiter of a cluster; replaced when the edition changes. */
function rateLimiterOf({ context, edition }: SimulatedApiServer, clock: Clock): ListRateLimiter {
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

/** Only objects are negotiated; discovery, schemas and logs have fixed formats. */
function negotiateFor(
  { headers }: IncomingMessage,
  path: string,
  query: URLSearchParams,
): ApiCall['representation'] {
  const objects = /^\/apis?\/.+\/.+/.test(path) && !path.endsWith('/log');
  return negotiate(objects ? headers.accept : undefined, query.get('includeObject'));
}

/** Sends a document or text; `isPretty` indents JSON. */
function send(
  response: ServerResponse,
  { status, body, contentType }: ApiResponse,
  { media, isPretty }: { readonly media: Media; readonly isPretty: boolean } = {
    media: 'json',
    isPretty: false,
  },
): void {
  if (typeof body === 'string') return sendText(response, status, body, contentType ?? 'text/plain');
  if (contentType === undefined && media !== 'json')
    return sendText(response, status, encoded(body as Json, media), CONTENT_TYPES[media]);
  if (isPretty) return sendText(response, status, indented(body), contentType ?? CONTENT_TYPES.json);
  sendJson(response, status, body, contentType);
}

function sendText(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  contentType: string,
): void {
  response.writeHead(status, { 'content-type': contentType }).end(body);
}

/** A document as people read it, which begins with its kind. */
function indented(body: unknown): string {
  const { kind, apiVersion, ...rest } = body as Json;
  return JSON.stringify({ kind, apiVersion, ...rest }, null, 2);
}

function sendError(response: ServerResponse, error: unknown, log: Log): void {
  if (error instanceof AbortedError) return;
  const wait = error instanceof ApiError ? error.details?.retryAfterSeconds : undefined;
  if (wait !== undefined && !response.headersSent) response.setHeader('retry-after', String(wait));
  if (error instanceof ApiError) return sendJson(response, error.code, error.body());
  if (error instanceof BodyTooLargeError) {
    // The rest of the body is not read, so the connection cannot be used again.
    if (!response.headersSent) response.setHeader('connection', 'close');
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
