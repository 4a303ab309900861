import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AbortedError } from '../../../kernel/aborted-error.js';
import type { Log } from '../../../kernel/log.js';
import type { Credential } from '../../credentials.js';
import { bearerToken, BodyTooLargeError, sendJson } from '../../http/exchange.js';
import { watchedPath } from './path.js';
import { decodeSegment, readRequestTarget } from './request-target.js';
import { isStream } from './open-streams.js';
import { type ApiServerOptions, serviceAccountOf } from './served-cluster.js';
import { forwardedCredential } from './service-account-credential.js';
import type { SimulatedRequests } from './simulated-requests.js';
import { ApiError, noSuchPath, unauthorized } from '../kinds/status.js';

/** The options and what all requests share. */
interface ServerContext extends ApiServerOptions {
  readonly simulated: () => Promise<SimulatedRequests>;
}

/** Request listener of the Kubernetes APIs of all clusters, each below `/clusters/<id>`. */
export function apiServer(
  options: ApiServerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const serving = { ...options, simulated: simulatedRequests(options) };
  return (request, response) => {
    serve(serving, request, response).catch((error: unknown) => sendError(response, error, options.log));
  };
}

async function serve(
  options: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = targetOf(request);
  const { clusterId, query, url } = target;
  const credential = await credentialOf(options, request, clusterId);
  const cluster = options.cluster(clusterId);
  const flow = { account: cluster.account, subject: credential.user.name };
  options.streams.admit(query, flow);
  if ('proxy' in cluster) {
    if (isStream(query)) options.streams.add(response, flow, credential);
    return cluster.proxy.forward({ path: url, request }, response);
  }
  const simulated = await options.simulated();
  await simulated.answer(cluster, { target, credential, flow, request, response });
}

/** What answers for simulated API servers, loaded with the first request to one: a process with real ones needs none of it. */
function simulatedRequests(options: ApiServerOptions): ServerContext['simulated'] {
  let loading: Promise<SimulatedRequests> | undefined;
  return () =>
    (loading ??= import('./simulated-requests.js').then((module) => new module.SimulatedRequests(options)));
}

/** Listener for requests to switch protocols: exec, attach, port-forward, and those that are proxied to a kubelet. */
export function upgradeListener(
  options: ApiServerOptions,
): (request: IncomingMessage, client: Socket, head: Buffer) => void {
  const serving = { ...options, simulated: simulatedRequests(options) };
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
  const target = targetOf(request);
  const { clusterId, url } = target;
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
    return cluster.proxy.forwardUpgrade({ path: url, request }, client, head);
  }
  const simulated = await options.simulated();
  const received = { target, credential, flow, request, response, upgrade: take };
  await simulated.answerUpgrade(cluster, client, received);
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
