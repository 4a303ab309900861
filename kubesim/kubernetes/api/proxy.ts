import { once } from 'node:events';
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { duplexPair, pipeline, type Duplex } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';
import { podsBehind, type ServicePod } from '../cluster/service-pods.js';
import type { Service } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import type { Json, KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import { endpoints, services } from '../kinds/services.js';
import { ApiError, badRequest, methodNotAllowed, notFound } from '../kinds/status.js';
import type { ApiCall, ApiResponse } from './call.js';
import { kubeletOf } from './kubelet-connection.js';
import type { Target } from './path.js';
import { connection, reviewed } from './reviewed-writes.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
/** Headers that describe one connection, the credential of the client, and the user whom it impersonates. */
const DROPPED =
  /^(authorization|connection|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|impersonate-.*)$/;

/** Where a request is proxied to: a port of a pod. */
interface Destination extends ServicePod {
  readonly secure: boolean;
}

/** A name with an optional scheme and port: `web`, `web:80` or `https:web:443`. */
interface ProxiedName {
  readonly scheme: string;
  readonly name: string;
  readonly port: string;
}

/** Proxies a request to a pod, a pod of a Service, or the kubelet of a node; undefined if it is streamed. Throws ApiError. */
export async function proxy(call: ApiCall, target: Target): Promise<ApiResponse | undefined> {
  if (!METHODS.includes(call.method)) throw methodNotAllowed();
  const { plural, singular } = target.served.type;
  const { name: id = '', namespace = '', rest = '' } = target;
  const names = parseName(id);
  if (!names) throw badRequest(`invalid ${singular} request "${id}"`);
  await reviewed(call, connection(call, target, { ...optionsOf(plural, rest), metadata: {} } as KubeObject));
  if (rest === '' && ['GET', 'HEAD'].includes(call.method)) return toRoot(call);
  if (plural === 'nodes') return toKubelet(call, names, rest);
  const destination =
    plural === 'pods' ? podOf(call, namespace, names) : endpointOf(call, namespace, { id, ...names });
  return forward(call, destination, rest);
}

/** The options of a connection as policies and webhooks get them; they have no metadata. */
function optionsOf(plural: string, rest: string): Json {
  const kind = { pods: 'PodProxyOptions', services: 'ServiceProxyOptions', nodes: 'NodeProxyOptions' }[
    plural
  ];
  return { apiVersion: 'v1', kind, ...(rest && { path: rest }) };
}

function parseName(id: string): ProxiedName | undefined {
  const parts = id.split(':');
  const [scheme = '', name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  const isValid = parts.length <= 3 && name !== '' && ['', 'http', 'https'].includes(scheme);
  return isValid ? { scheme, name, port } : undefined;
}

/** Relative links of a page need the slash at the end of its path. */
function toRoot({ request, response }: ApiCall): undefined {
  const [path = '', search] = (request.url ?? '').split('?');
  response.writeHead(301, { location: `${path}/${search === undefined ? '' : `?${search}`}` }).end();
  return undefined;
}

function toKubelet(call: ApiCall, { name }: ProxiedName, rest: string): undefined {
  const { cluster, request, response, upgrade } = call;
  if (!cluster.store.get(nodes, '', name)) throw notFound(nodes, name);
  kubeletOf(cluster, name);
  const kubeletCall = { url: `${rest || '/'}${searchOf(request)}`, request };
  if (upgrade) cluster.network.upgrade(name, kubeletCall, upgrade());
  else cluster.network.serve(name, kubeletCall, response);
  return undefined;
}

function podOf({ cluster }: ApiCall, namespace: string, { scheme, name, port }: ProxiedName): Destination {
  const pod = cluster.store.get(pods, namespace, name);
  if (!pod) throw notFound(pods, name);
  if (!pod.status.podIP) throw badRequest('address not allowed');
  const secure = scheme === 'https';
  const [declared] = pod.spec.containers.flatMap(({ ports = [] }) => ports);
  const number = port === '' ? (declared?.containerPort ?? (secure ? 443 : 80)) : Number(port);
  return { pod, port: number, secure };
}

/** An endpoint of a Service that is a pod. */
function endpointOf(
  { cluster: { store } }: ApiCall,
  namespace: string,
  { id, scheme, name, port }: ProxiedName & { readonly id: string },
): Destination {
  const service = store.get(services, namespace, name);
  const portName = /^\d+$/.test(port) ? nameOfPort(service, { name, port }) : port;
  const { subsets = [] } = store.get(endpoints, namespace, name) ?? {};
  if (!service && subsets.length === 0) throw notFound(endpoints, name);
  if (subsets.length === 0) throw unavailable(`no endpoints available for service "${name}"`);
  const candidates = podsBehind(store, { namespace, name }, portName);
  const chosen = candidates[Math.floor(Math.random() * candidates.length)];
  if (!chosen) throw unavailable(`no endpoints available for service "${id}"`);
  return { ...chosen, secure: scheme === 'https' };
}

function nameOfPort(
  service: Service | undefined,
  { name, port }: { readonly name: string; readonly port: string },
): string {
  if (!service) throw notFound(services, name);
  const found = service.spec.ports?.find((each) => each.port === Number(port));
  if (!found) throw unavailable(`no service port ${port} found for service "${name}"`);
  return found.name ?? '';
}

function unavailable(message: string): ApiError {
  return new ApiError(503, 'ServiceUnavailable', message);
}

/** Sends the request to the port and its response to the client. */
async function forward(call: ApiCall, { pod, port, secure }: Destination, rest: string): Promise<undefined> {
  const { cluster, request, response, abortSignal } = call;
  const address = `${pod.status.podIP}:${port}`;
  const listener = cluster.network.listener(pod, port);
  if (!listener)
    throw unavailable(`error trying to reach service: dial tcp ${address}: connect: connection refused`);
  const [near, far] = duplexPair();
  listener(far);
  const upstream = httpRequest({
    ...{ method: request.method, path: `${rest || '/'}${searchOf(request)}`, signal: abortSignal },
    headers: forwardedHeaders(request, address),
    createConnection: () => (secure ? overTls(near) : near),
  });
  pipeline(request, upstream, () => undefined);
  let reply: IncomingMessage;
  try {
    [reply] = (await once(upstream, 'response')) as [IncomingMessage];
  } catch (error) {
    if (abortSignal.aborted) return undefined;
    throw unavailable(`error trying to reach service: ${error instanceof Error ? error.message : ''}`);
  }
  sendReply(call, response, reply);
  return undefined;
}

function overTls(socket: Duplex): Duplex {
  // As an API server does: the certificate of a pod names nothing that could be verified.
  return connectSecurely({ socket, rejectUnauthorized: false });
}

function sendReply({ request }: ApiCall, response: ServerResponse, reply: IncomingMessage): void {
  const headers = withoutConnection(reply.headers);
  const { location } = headers;
  if (location?.startsWith('/')) headers.location = `${proxyRoot(request)}${location}`;
  response.writeHead(reply.statusCode ?? 502, headers);
  pipeline(reply, response, () => undefined);
}

/** The path of the proxy, below which clients see the paths of the server. */
function proxyRoot({ url = '' }: IncomingMessage): string {
  return /^.*?\/(?:pods|services)\/[^/]+\/proxy/.exec(url)?.[0] ?? '';
}

/** Headers without those of the connection, of the credential and of an impersonated user. */
export function withoutConnection(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !DROPPED.test(name)));
}

function forwardedHeaders(request: IncomingMessage, host: string): IncomingHttpHeaders {
  const chunked = request.headers['transfer-encoding'];
  return {
    ...withoutConnection(request.headers),
    host,
    ...(chunked && { 'transfer-encoding': chunked }),
    'x-forwarded-host': request.headers.host,
    'x-forwarded-proto': 'https',
    'x-forwarded-uri': (request.url ?? '').split('?')[0],
  };
}

/** The query of a request with its question mark; empty without one. */
export function searchOf({ url = '' }: IncomingMessage): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at);
}
