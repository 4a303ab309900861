import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../../kernel/clock.js';
import type { ClusterContext } from '../cluster/context.js';
import type { Credential } from '../../credentials.js';
import { API_AUDIENCE } from '../../service-account-tokens.js';
import { readBody, sendJson } from '../../http/exchange.js';
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
import { type Flow, FlowControl } from './flow-control.js';
import { ListRateLimiter, listRates } from './list-rate-limiter.js';
import { normalizedPath } from './path.js';
import { effectiveUser } from '../rbac/impersonation.js';
import { AUTHENTICATED, type UserInfo } from '../rbac/user-info.js';
import { roleIndexOf } from '../rbac/authorizer.js';
import { mayStillRead } from './authorization.js';
import { CONTENT_TYPES, encoded, formatOf } from './answer-format.js';
import { type Media, negotiate } from './representation.js';
import { rejectionOf } from './service-account-credential.js';
import { type ApiServerOptions, serviceAccountOf, type SimulatedApiServer } from './served-cluster.js';

/** The cluster of a request, and its path and query at the API server. */
interface RequestTarget {
  readonly clusterId: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** An authenticated request, and how its connection switches protocols if it asks for that. */
export interface ReceivedRequest extends Pick<ApiCall, 'request' | 'response' | 'upgrade'> {
  readonly target: RequestTarget;
  readonly credential: Credential;
  readonly flow: Flow;
}

/** Answers authenticated requests to simulated API servers. */
export class SimulatedRequests {
  private readonly flows = new FlowControl();
  private readonly lists = new ListWriter();

  constructor(private readonly options: ApiServerOptions) {}

  async answer(cluster: SimulatedApiServer, received: ReceivedRequest): Promise<void> {
    const { response } = received;
    const call = callOf(this.options, cluster, received);
    const answer = await this.flows.handleCall(call, received.flow, dispatch);
    if (!answer) return this.track(response, call, received);
    const media = formatOf(answer.body, call.representation.media);
    const list = answer.contentType === undefined ? longListField(answer.body) : undefined;
    if (!list) return send(response, answer, { media, isPretty: flag(call.query, 'pretty') });
    const { status, body } = answer;
    await this.lists.send(response, cluster.account, { status, body: body as Json, list, media });
  }

  /** Answers a request to switch the protocol of the connection. */
  async answerUpgrade(cluster: SimulatedApiServer, client: Socket, received: ReceivedRequest): Promise<void> {
    const call = callOf(this.options, cluster, received);
    const answer = await this.flows.handleCall(call, received.flow, dispatch);
    if (answer) return send(received.response, answer);
    this.track(client, call, received);
  }

  private track(stream: ServerResponse | Socket, call: ApiCall, { flow, credential }: ReceivedRequest): void {
    this.options.streams.add(stream, flow, credential, allowance(call, credential));
  }
}

function callOf(
  options: ApiServerOptions,
  cluster: SimulatedApiServer,
  { target, credential, request, response, upgrade }: ReceivedRequest,
): ApiCall {
  const { clusterId, path, query } = target;
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
