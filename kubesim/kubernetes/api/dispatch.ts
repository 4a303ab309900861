import { remoteApis } from '../aggregation/discovered-apis.js';
import { aggregatedTarget } from './aggregated-path.js';
import { forwardAggregated } from './aggregated-requests.js';
import { authorizePath, authorizeTarget, authorizeUnknown } from './authorization.js';
import { flag, type ApiResponse, type ApiCall } from './call.js';
import { conditional } from './conditional.js';
import { connect } from './connect.js';
import { hashOfText } from '../openapi/document-hash.js';
import { aggregatedDiscovery, discovery } from './discovery.js';
import { logs } from './logs.js';
import { metrics } from './metrics.js';
import { servedApi } from '../openapi/served-api.js';
import { openApi } from './openapi.js';
import { parseTarget, watchedPath, type Target } from './path.js';
import { bind, evict } from './pod-actions.js';
import { proxy } from './proxy.js';
import { listRateMetrics } from './list-rate-limiter.js';
import { get, list } from './read.js';
import { checkFormat } from './representation.js';
import { review } from './reviews.js';
import { scale } from './scale.js';
import { methodNotAllowed, noSuchPath } from '../kinds/status.js';
import { kubernetesApi } from '../schema/kubernetes-api.js';
import { boundTo } from '../webhooks/request-conversion.js';
import { addWarnings } from './warnings.js';
import { createToken } from './token-request.js';
import { watch } from './watch.js';
import { create, patch, remove, removeCollection, update } from './write.js';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Handles a request; undefined if the response is streamed. Throws ApiError. */
export async function dispatch(call: ApiCall): Promise<ApiResponse | undefined> {
  const aggregated = aggregatedTarget(call);
  if (aggregated) return forwardAggregated(call, aggregated);
  const plain = serverMetrics(call) ?? nonResourceResponse(call);
  if (plain) authorizePath(call);
  const response = plain ?? (await review(call));
  if (response) return response;
  if (call.path.startsWith('/apis/metrics.k8s.io/v1beta1/')) return metrics(call);
  const watched = watchedPath(call.path);
  if (watched !== undefined) return void watchPath(call, watched);
  if (isOfNoServer(call)) return pageNotFound(call);
  const target = boundTarget(call, targetAt(call, call.path));
  authorizeTarget(call, target);
  warnOfDeprecation(call, target);
  checkFormat(call.representation, target.served);
  return target.subresource ? subresource(call, target) : resource(call, target);
}

/** Whether no part of an API server serves the path: it is of no API group, or of one of definitions without its kind. */
function isOfNoServer({ path, cluster, version }: ApiCall): boolean {
  const [, root, group = '', groupVersion = '', plural = ''] = path.split('/');
  if (root === 'api') return false;
  if (root !== 'apis') return true;
  if (kubernetesApi(version).groups.includes(group)) return false;
  return !cluster.resources.servedAt(`${group}/${groupVersion}`, kindIn(path, plural));
}

/** The plural in a path, which may be below a namespace. */
function kindIn(path: string, plural: string): string {
  return plural === 'namespaces' ? (path.split('/')[6] ?? '') : plural;
}

/** Throws ApiError 403 if the caller may not know that the path does not exist. */
function pageNotFound(call: ApiCall): ApiResponse {
  authorizeUnknown(call);
  return { status: 404, body: '404 page not found\n', contentType: 'text/plain; charset=utf-8' };
}

/** A target whose objects webhooks convert for this request. */
function boundTarget({ cluster, abortSignal: signal }: ApiCall, target: Target): Target {
  return { ...target, served: boundTo({ network: cluster, signal }, target.served) };
}

/** The target of a path. Throws ApiError 403 or 404 if there is none. */
function targetAt(call: ApiCall, path: string): Target {
  try {
    const target = /^\/apis?\//.test(path) ? parseTarget(call.cluster.resources, path) : undefined;
    if (target) return target;
  } catch (error) {
    authorizeUnknown(call);
    throw error;
  }
  authorizeUnknown(call);
  throw noSuchPath();
}

function warnOfDeprecation(call: ApiCall, { served: { type } }: Target): void {
  if (type.custom?.deprecation !== undefined) addWarnings(call, [type.custom.deprecation]);
}

function serverMetrics({ path, method, listRate }: ApiCall): ApiResponse | undefined {
  if (method !== 'GET' || path !== '/metrics') return undefined;
  return { status: 200, body: listRateMetrics(listRate), contentType: 'text/plain; version=0.0.4' };
}

function nonResourceResponse(call: ApiCall): ApiResponse | undefined {
  const { path, method } = call;
  if (method !== 'GET') return undefined;
  if (HEALTH_PATHS.includes(path)) return healthResponse(call);
  if (path === '/version') return { status: 200, body: versionInfo(call.version) };
  return openApi(call) ?? discoveryResponse(call);
}

const HEALTH_PATHS = ['/healthz', '/livez', '/readyz'];

/** The health of the API server; an unavailable one does not answer. */
function healthResponse({ path, query }: ApiCall): ApiResponse {
  const body = query.has('verbose') ? `[+]ping ok\n${path.slice(1)} check passed\n` : 'ok';
  return { status: 200, body, contentType: 'text/plain' };
}

/** All resources in one document, if the client accepts it; otherwise by group and version. */
function discoveryResponse(call: ApiCall): ApiResponse | undefined {
  const { path, version, request, cluster } = call;
  const api = servedApi(kubernetesApi(version), cluster.resources.custom);
  const accepts = (request.headers.accept ?? '').replaceAll(' ', '');
  const remote = path.startsWith('/apis') ? remoteApis(cluster) : undefined;
  const aggregated = accepts.includes(AGGREGATED) ? aggregatedDiscovery(api, path, remote) : undefined;
  if (aggregated) {
    const text = JSON.stringify(aggregated);
    return conditional(call, { hash: hashOfText(text), text: () => text, contentType: AGGREGATED });
  }
  const found = discovery(api, path, remote);
  return found && { status: 200, body: found };
}

function versionInfo(version: string): unknown {
  const [major = '1', minor = '32'] = version.split('.');
  return {
    major,
    minor,
    gitVersion: `v${version}`,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2025-01-15T00:00:00Z',
    goVersion: 'go1.23.4',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

/** Watches what a path without its `/watch` names: the older form of `?watch=true`. */
function watchPath(call: ApiCall, path: string): void {
  const target = boundTarget(call, targetAt(call, path));
  if (target.subresource || (target.name !== undefined && isOutsideNamespace(target))) throw noSuchPath();
  if (call.method !== 'GET') throw methodNotAllowed();
  authorizeTarget(call, { ...target, name: undefined });
  checkFormat(call.representation, target.served);
  watch(call, target);
}

function isOutsideNamespace({ served, namespace }: Target): boolean {
  return served.type.namespaced && namespace === undefined;
}

type Handler = (call: ApiCall, target: Target) => Promise<ApiResponse>;
/** Its response is streamed if it returns none. */
type StreamHandler = (call: ApiCall, target: Target) => Promise<ApiResponse | undefined> | ApiResponse | void;

const COLLECTION_HANDLERS: Readonly<Record<string, Handler | undefined>> = {
  GET: list,
  POST: create,
  DELETE: removeCollection,
};
const OBJECT_HANDLERS: Readonly<Record<string, Handler | undefined>> = {
  GET: get,
  PUT: update,
  PATCH: patch,
  DELETE: remove,
};

function resource(call: ApiCall, target: Target): Promise<ApiResponse> | undefined {
  if (call.method === 'GET' && target.name === undefined && flag(call.query, 'watch'))
    return void watch(call, target);
  const handler = (target.name === undefined ? COLLECTION_HANDLERS : OBJECT_HANDLERS)[call.method];
  if (!handler) throw methodNotAllowed();
  return handler(call, target);
}

/** By method and subresource; a subresource that is part of the object is read and written as the object is. */
const SUBRESOURCE_HANDLERS: Readonly<Record<string, StreamHandler>> = {
  'GET log': logs,
  'POST eviction': evict,
  'POST binding': bind,
  'POST token': createToken,
  'GET status': get,
  'PUT status': update,
  'PATCH status': patch,
  'PUT finalize': update,
  'GET approval': get,
  'PUT approval': update,
  'PATCH approval': patch,
  'GET ephemeralcontainers': get,
  'PUT ephemeralcontainers': update,
  'PATCH ephemeralcontainers': patch,
  'GET exec': connect,
  'POST exec': connect,
  'GET attach': connect,
  'POST attach': connect,
  'GET portforward': connect,
  'POST portforward': connect,
};

async function subresource(call: ApiCall, target: Target): Promise<ApiResponse | undefined> {
  const { subresource: name = '' } = target;
  if (name === 'scale') return scale(call, target);
  if (name === 'proxy') return proxy(call, target);
  const key = `${call.method} ${name}`;
  const handler = Object.hasOwn(SUBRESOURCE_HANDLERS, key) ? SUBRESOURCE_HANDLERS[key] : undefined;
  if (!handler) throw methodNotAllowed();
  return (await handler(call, target)) ?? undefined;
}
