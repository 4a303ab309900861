import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Router from 'find-my-way';
import { z } from 'zod';
import type { Log } from '../../kernel/log.js';
import { bearerToken, BodyTooLargeError, readBody, sendJson } from '../http/exchange.js';
import { settingsPatchSchema } from '../settings.js';
import { cloudResourceRoutes } from './cloud-resource-routes.js';
import type { Cloud, CloudCluster } from './cloud.js';
import {
  cancelUpgrade,
  clusterOf,
  controlPlaneOf,
  deleteCluster,
  migrateCluster,
  putCluster,
  upgradeCluster,
} from './clusters.js';
import { setConnected } from './connection.js';
import { apiAvailable, replicasOf } from './control-plane.js';
import { setReplica, incidentsResponse } from './control-plane-incidents.js';
import type { Credentials } from '../credentials.js';
import {
  authenticationModeSchema,
  clusterSchema,
  connectionSchema,
  credentialsSchema,
  deletionSchema,
  editionSchema,
  instancesSchema,
  podLimitSchema,
  powerSchema,
  versionSchema,
} from './request-schemas.js';
import { deleteInstances, setPower, upgradeInstance } from './instances.js';
import { putInstances } from './instance-creation.js';
import { reclaimOverPriceLimit } from './instance-changes.js';
import { faultRoutes } from './fault-routes.js';
import { poolRoutes } from './pool-routes.js';
import { CloudApiError } from './records.js';
import { instanceResponse } from './instance-response.js';
import type { CloudResponse, Exchange, Handler, On } from './route.js';
import { setZone, zones } from './zones.js';

/** Maximum size of a request body in bytes. */
const BODY_LIMIT = 8 * 1024 * 1024;

export interface CloudApiOptions {
  /** The running cloud; undefined while another process holds the lease or the database is being read. */
  cloud(): Cloud | undefined;
  readonly key: Uint8Array;
  readonly credentials: Credentials;
  readonly caCertificate: () => string;
  /** Base URL of the Kubernetes API servers, e.g. `https://127.0.0.1:6443`. */
  readonly kubernetesUrl: () => string;
  readonly log: Log;
}

/** Request listener of the simulated cloud's HTTP API. */
export function cloudApi(
  options: CloudApiOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const router = Router({ defaultRoute: (_request, response) => notFound(response as ServerResponse) });
  const on = (method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, handler: Handler) => {
    router.on(method, path, (request, response, params, _store, query) => {
      const exchange = {
        query: query as Record<string, string>,
        body: <T>(form: z.ZodType<T>) => parseBody(request as IncomingMessage, form),
      };
      const work = () =>
        respond(options, {
          request: request as IncomingMessage,
          params: params as Record<string, string>,
          exchange,
          handler,
        });
      void work().then(
        ({ status, body }) => sendJson(response as ServerResponse, status, body),
        (error: unknown) => sendError(response as ServerResponse, error, options.log),
      );
    });
  };
  clusterRoutes(on, options);
  instanceRoutes(on);
  cloudResourceRoutes(on);
  poolRoutes(on);
  faultRoutes(on);
  zoneRoutes(on);
  settingRoutes(on);
  return (request, response) => {
    if (request.url === '/healthz')
      return sendJson(response, options.cloud() ? 200 : 503, { status: options.cloud() ? 'ok' : 'starting' });
    router.lookup(request, response);
  };
}

function clusterRoutes(on: On, options: CloudApiOptions): void {
  const show = (cloud: Cloud, cluster: CloudCluster) => ({
    ...cluster.record,
    certificates: undefined,
    createdAt: new Date(cluster.record.createdAt).toISOString(),
    readyAt: new Date(cluster.record.readyAt).toISOString(),
    available: apiAvailable(cloud, cluster),
    replicas: replicasOf(cloud, cluster),
    incidents: incidentsResponse(cluster),
    server: `${options.kubernetesUrl()}/clusters/${encodeURIComponent(cluster.record.id)}`,
    caData: Buffer.from(options.caCertificate()).toString('base64'),
  });
  on('PUT', '/cloud/v1/clusters/:id', async (cloud, { id = '' }, { body }) => {
    const shape = await body(clusterSchema);
    await cloud.parts.loadControlPlane(controlPlaneOf(cloud, shape));
    return ok(show(cloud, putCluster(cloud, id, shape)));
  });
  on('GET', '/cloud/v1/clusters/:id', (cloud, { id = '' }) => ok(show(cloud, clusterOf(cloud, id))));
  on('PUT', '/cloud/v1/clusters/:id/version', async (cloud, { id = '' }, { body }) => {
    const { version } = await body(versionSchema);
    return ok(show(cloud, upgradeCluster(cloud, id, version)));
  });
  on('PUT', '/cloud/v1/clusters/:id/edition', async (cloud, { id = '' }, { body }) => {
    const { edition } = await body(editionSchema);
    return ok(show(cloud, migrateCluster(cloud, id, edition)));
  });
  on('PUT', '/cloud/v1/clusters/:id/pod-limit', async (cloud, { id = '' }, { body }) => {
    const { maxPods } = await body(podLimitSchema);
    const cluster = clusterOf(cloud, id);
    cloud.saveCluster(cluster, { maxPods: maxPods ?? undefined });
    return ok(show(cloud, cluster));
  });
  on('PUT', '/cloud/v1/clusters/:id/authentication-mode', async (cloud, { id = '' }, { body }) => {
    const { mode } = await body(authenticationModeSchema);
    const cluster = clusterOf(cloud, id);
    const { authenticationMode = 'PLATFORM' } = cluster.record;
    if (mode !== authenticationMode) cloud.saveCluster(cluster, { authenticationMode: mode });
    return ok(show(cloud, cluster));
  });
  on('DELETE', '/cloud/v1/clusters/:id/version', (cloud, { id = '' }) =>
    ok(show(cloud, cancelUpgrade(cloud, id))),
  );
  on('PUT', '/cloud/v1/clusters/:id/replicas/:replica/power', async (cloud, params, { body }) => {
    const cluster = clusterOf(cloud, params['id'] ?? '');
    setReplica(cloud, cluster, params['replica'] ?? '', (await body(powerSchema)).on);
    return ok(show(cloud, cluster));
  });
  on('DELETE', '/cloud/v1/clusters/:id', (cloud, { id = '' }) => {
    const cluster = deleteCluster(cloud, id);
    if (!cluster) throw new CloudApiError(404, 'NOT_FOUND', `Cluster ${id} not found.`);
    return { status: 202, body: show(cloud, cluster) };
  });
  on('POST', '/cloud/v1/clusters/:id/credentials', async (cloud, { id = '' }, { body }) => {
    const cluster = show(cloud, clusterOf(cloud, id));
    const { expiresAt, ...user } = await body(credentialsSchema);
    const token = await options.credentials.issue(id, user, expiresAt);
    return ok({ server: cluster.server, caData: cluster.caData, token, expiresAt: expiresAt.toISOString() });
  });
}

function instanceRoutes(on: On): void {
  const path = '/cloud/v1/clusters/:id/instances';
  on('PUT', path, async (cloud, { id = '' }, { body }) => {
    const { instances } = await body(instancesSchema);
    return ok({ instances: putInstances(cloud, clusterOf(cloud, id), instances).map(instanceResponse) });
  });
  on('GET', path, (cloud, { id = '' }, { query }) => {
    const all = [...clusterOf(cloud, id).instances.values()];
    const { nodePoolId } = query;
    return ok({
      instances: all
        .filter((instance) => nodePoolId === undefined || instance.nodePoolId === nodePoolId)
        .map(instanceResponse),
    });
  });
  on('POST', `${path}/delete`, async (cloud, { id = '' }, { body }) => {
    const { ids, ...how } = await body(deletionSchema);
    return ok({ instances: deleteInstances(cloud, clusterOf(cloud, id), ids, how).map(instanceResponse) });
  });
  on('PUT', `${path}/:instance/version`, async (cloud, { id = '', instance = '' }, { body }) => {
    const { version } = await body(versionSchema);
    return ok(instanceResponse(upgradeInstance(cloud, clusterOf(cloud, id), instance, version)));
  });
  on('PUT', `${path}/:instance/connection`, async (cloud, { id = '', instance = '' }, { body }) => {
    const { connected } = await body(connectionSchema);
    return ok(instanceResponse(setConnected(cloud, clusterOf(cloud, id), instance, connected)));
  });
  on('PUT', `${path}/:instance/power`, async (cloud, { id = '', instance = '' }, { body }) => {
    return ok(instanceResponse(setPower(cloud, clusterOf(cloud, id), instance, await body(powerSchema))));
  });
}

function zoneRoutes(on: On): void {
  on('GET', '/cloud/v1/zones', (cloud) => ok({ zones: zones(cloud) }));
  on('PUT', '/cloud/v1/zones/:id/power', async (cloud, { id = '' }, { body }) =>
    ok(setZone(cloud, id, (await body(powerSchema)).on)),
  );
}

function settingRoutes(on: On): void {
  on('GET', '/cloud/v1/settings', (cloud) => ok(cloud.settings));
  on('PATCH', '/cloud/v1/settings', async (cloud, _params, { body }) => {
    const settings = cloud.changeSettings(await body(settingsPatchSchema));
    reclaimOverPriceLimit(cloud);
    return ok(settings);
  });
  on('GET', '/cloud/v1/catalog', ({ parts: { catalog } }) =>
    ok({
      instanceTypes: [...catalog.instanceTypes.values()],
      zones: [...catalog.zones.values()],
      versions: [...catalog.versions],
    }),
  );
}

interface Call {
  readonly request: IncomingMessage;
  readonly params: Readonly<Record<string, string>>;
  readonly exchange: Exchange;
  readonly handler: Handler;
}

async function respond(
  options: CloudApiOptions,
  { request, params, exchange, handler }: Call,
): Promise<CloudResponse> {
  if (!isAuthorized(request, options.key))
    throw new CloudApiError(401, 'UNAUTHENTICATED', 'A valid bearer token is required.');
  const cloud = options.cloud();
  if (!cloud) throw new CloudApiError(503, 'SERVICE_UNAVAILABLE', 'The simulated cloud is starting.');
  const result = await handler(cloud, params, exchange);
  // Responses, also of reads, wait for the commit: no client acts on a change that a crash could lose.
  await cloud.durable();
  return result;
}

function isAuthorized(request: IncomingMessage, key: Uint8Array): boolean {
  const presented = Buffer.from(bearerToken(request) ?? '', 'base64url');
  return presented.length === key.length && timingSafeEqual(presented, key);
}

async function parseBody<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const text = (await readBody(request, BODY_LIMIT)).toString();
  try {
    return schema.parse(JSON.parse(text || '{}'));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'the body is not JSON';
    throw new CloudApiError(400, 'INVALID_INPUT', why);
  }
}

function ok(body: unknown): CloudResponse {
  return { status: 200, body };
}

function notFound(response: ServerResponse): void {
  sendJson(response, 404, { code: 'NOT_FOUND', message: 'Path not found.' });
}

function sendError(response: ServerResponse, error: unknown, log: Log): void {
  if (error instanceof CloudApiError)
    return sendJson(response, error.status, { code: error.code, message: error.message });
  if (error instanceof BodyTooLargeError) {
    // The rest of the body is not read, so the connection cannot be used again.
    if (!response.headersSent) response.setHeader('connection', 'close');
    return sendJson(response, 413, { code: 'LIMIT_EXCEEDED', message: error.message });
  }
  log.error({ err: error }, 'a request to the simulated cloud failed');
  sendJson(response, 500, {
    code: 'INTERNAL_SERVER_ERROR',
    message: 'The simulated cloud failed; see its log.',
  });
}
