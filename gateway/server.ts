import { randomUUID } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import { OperationTypeNode } from 'graphql';
import { GATEWAY_ACCOUNT } from '../access/service-account-key.js';
import { closeServer, listen } from '../kernel/listen.js';
import { serveMetrics } from '../kernel/metrics/server.js';
import type { Authenticator } from './auth/authenticator.js';
import { openAuthenticator } from './auth/open-authenticator.js';
import { ServiceAccountKeys } from './auth/service-account-keys.js';
import { TokenExpiryWatcher } from './auth/token-expiry-watcher.js';
import { ErrorMasker } from './errors/error-masker.js';
import { GraphExecutor } from './execution/graph-executor.js';
import { type GatewayOptions, limitsOf } from './gateway-options.js';
import { type GatewayMetrics, noopMetrics } from './metrics/gateway-metrics.js';
import { PrometheusMetrics } from './metrics/prometheus-metrics.js';
import { loadSupergraph } from './planning/plannable-supergraph.js';
import { PlanningThread } from './planning/planning-thread.js';
import { prepareInTurn } from './request/prepare-in-turn.js';
import { PersistedDocuments } from './request/documents/persisted-documents.js';
import { LargeBodies } from './request/large-bodies.js';
import { AccountCounter } from './request/limits/account-counter.js';
import type { Limits } from './request/limits/limits.js';
import { RateLimiter } from './request/rate/rate-limiter.js';
import { RequestQueue } from './request/request-queue.js';
import { PermissionWatcher } from './subscriptions/permission-watcher.js';
import { Subscriptions, type SubscriptionsOptions } from './subscriptions/subscriptions.js';
import { type ReloadOptions, SupergraphReloader } from './supergraph-reloader.js';
import { ClientAddresses } from './transport/core/client-addresses.js';
import type { GatewayCore } from './transport/core/gateway-core.js';
import { GraphiQLPage } from './transport/http/graphiql.js';
import { type GatewayReadiness, gatewayReadiness } from './transport/http/health.js';
import { HttpTransport } from './transport/http-transport.js';
import { WebSocketTransport } from './transport/websocket/websocket.js';
import type { CallContext } from './upstream/call/call-context.js';
import { InFlightRequests } from './upstream/call/in-flight-requests.js';
import { type SubgraphSource, sourceOf } from './upstream/call/subgraph-source.js';
import { createSources } from './upstream/create-sources.js';
import { wrapSources } from './upstream/wrap-sources.js';

export type { AuthOptions } from './auth/auth-options.js';
export type { GatewayOptions, GraphiqlOptions } from './gateway-options.js';
export type { SubgraphLocation } from './upstream/create-sources.js';
export type { Limits } from './request/limits/limits.js';
export { readTrustedDocuments } from './request/documents/trusted-documents.js';

/** A running gateway. Disposing drains it first. */
export interface Gateway extends AsyncDisposable {
  /** Base URL without a trailing slash. GraphQL over HTTP, WebSockets and event streams is at `/graphql`. */
  readonly url: string;
  /** URL of the Prometheus endpoint; undefined when there is none. */
  readonly metricsUrl?: string | undefined;
  /** Ready when every subgraph is ready and the gateway is not draining. */
  readiness(): Promise<GatewayReadiness>;
  /**
   * Returns 503 on /readyz and ends subscriptions, so that clients resume on another gateway. The gateway continues to
   * execute requests.
   */
  drain(): void;
  /**
   * Activates another supergraph once it is loaded; streams continue. Rejects without any change when it is
   * invalid.
   */
  reload(supergraphSdl: string): Promise<void>;
}

/**
 * Size limit of a subgraph response divided by that of a client response: subgraph responses also contain keys and
 * required fields.
 */
const KEYS = 2;

function requestQueue(subject: string, limits: Limits): RequestQueue {
  const { requestsPerAccount: perAccount, requestsWaiting: waiting, requestTimeout: timeout } = limits;
  return new RequestQueue({ subject, perAccount, waiting, timeout });
}

/** Timeout in milliseconds of a request that verifies keys. */
const KEY_TIMEOUT = 5_000;

/** Grace period in milliseconds for requests and WebSockets when the gateway closes. */
const GRACE = 10_000;

/** Starts the gateway. Throws when the supergraph is invalid or the port is in use. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  await using started = new AsyncDisposableStack();
  const { log, clock } = options;
  const limits = limitsOf(options);
  const thread = options.planningThread && started.use(new PlanningThread(log, options.planningThread));
  const { metrics, metricsUrl } = await startMetrics(options, started);
  const mask = new ErrorMasker(log, options.passThroughErrors);
  const drained = new AbortController();
  const load = (sdl: string) => loadSupergraph(sdl, thread);
  const reloader = started.use(
    new SupergraphReloader({
      supergraph: load(options.supergraphSdl),
      load,
      loaded: async () => thread?.loaded,
      connect: connector(options, limits, metricsUrl ? metrics : undefined),
      reloaded: () => subscriptions.reload(),
      admission: { rate: options.rate && started.use(RateLimiter.open(options.rate, log)), limits, metrics },
      log,
    }),
  );
  const sources = () => reloader.active.sources.values();
  const executor = new GraphExecutor({
    mask,
    timeout: limits.requestTimeout,
    responseBytes: limits.responseBytes,
    openings: limits.openingsPerAccount,
  });
  const subscriptions = new Subscriptions({
    executor,
    limits,
    sharedBy: options.sharedBy ?? 'subject',
    rights: subscriberRights(options, (name) => sourceOf(reloader.active.sources, name)),
    dropped: () => metrics.dropped(),
    prepare: async ({ request }, actor) => {
      const { preparer } = reloader.active;
      return preparer.prepareCached(request, actor) ?? prepareInTurn(preparer, request, actor);
    },
  });
  const { authenticator, permissions } = await startAuthentication(
    options,
    (name) => sourceOf(reloader.active.sources, name),
    started,
  );
  const core: GatewayCore = {
    authenticator,
    clientAddresses: new ClientAddresses(options.trustedProxies),
    permissions,
    subscriptions,
    get admission() {
      return reloader.active.admission;
    },
    documents: new PersistedDocuments({
      trusted: options.trustedDocuments,
      documentBytes: limits.documentBytes,
    }),
    metrics,
    executor,
    mask,
    limits,
    log,
    clock,
    tokenExpiries: started.use(new TokenExpiryWatcher(clock)),
    connections: new AccountCounter(limits.connectionsPerAccount),
    requests: requestQueue('requests', limits),
    operations: requestQueue('operations', limits),
    largeBodies: new LargeBodies(limits.largeBodiesPerAccount),
    draining: drained.signal,
    reconnectDelay: () => Math.ceil(Math.random() * limits.reconnectWindow),
  };
  const allowedOrigins = options.allowedOrigins ?? [];
  const allowedHosts = options.allowedHosts ?? (options.auth.kind === 'none' ? [] : undefined);
  const needsToken = options.auth.kind !== 'none';
  const graphiql = options.graphiql ? new GraphiQLPage({ ...options.graphiql, needsToken }) : undefined;
  const http = started.use(new HttpTransport({ core, sources, graphiql, allowedOrigins, allowedHosts }));
  const sockets = new WebSocketTransport({ core, allowedOrigins, allowedHosts });
  const server = httpServer(http, sockets);
  const url = await listen(server, options.host, options.port);
  started.defer(async () => {
    drained.abort();
    await Promise.all([closeServer(server, GRACE), sockets.close(GRACE)]);
  });
  const running = started.move();
  return {
    url,
    metricsUrl,
    readiness: () => gatewayReadiness(sources(), drained.signal.aborted),
    drain: () => drained.abort(),
    reload: (sdl) => reloader.reload(sdl),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Reads the rights of subscribers in their subgraph. */
function subscriberRights(
  { subscriberRights: origin }: GatewayOptions,
  source: (name: string) => SubgraphSource,
): SubscriptionsOptions['rights'] {
  if (!origin) return undefined;
  const kind = OperationTypeNode.SUBSCRIPTION;
  return {
    field: origin.field,
    open: (actor, query, signal) =>
      source(origin.subgraph).subscribe({ query }, { actor, requestId: 'rights', kind, signal }),
  };
}

/** Returns a function that creates the sources of a supergraph's subgraphs. */
function connector(
  options: GatewayOptions,
  limits: Limits,
  metrics: GatewayMetrics | undefined,
): ReloadOptions['connect'] {
  const { subgraphs: locations, actorKey } = options;
  const inFlightRequests = new InFlightRequests();
  const responseBytes = limits.responseBytes * KEYS;
  return ({ subgraphs: named }) => {
    const sources = createSources({ locations, named, actorKey, inFlightRequests, responseBytes });
    wrapSources(sources, { ...options, limits, metrics });
    return sources;
  };
}

async function startAuthentication(
  options: GatewayOptions,
  source: (name: string) => SubgraphSource,
  started: AsyncDisposableStack,
): Promise<{ readonly authenticator: Authenticator; readonly permissions: PermissionWatcher }> {
  const { log, permissionCheckInterval: interval = 10_000 } = options;
  const changed = () => void permissions.check();
  const { serviceAccountSubgraph: subgraph } = options;
  const keys =
    subgraph === undefined
      ? undefined
      : new ServiceAccountKeys((request) => source(subgraph).execute(request, keyVerification()));
  const authenticator = await openAuthenticator({ ...options, keys, changed }, started);
  const permissions = started.use(new PermissionWatcher({ authenticator, interval, log }));
  return { authenticator, permissions };
}

/** The context of a request of the gateway itself. */
function keyVerification(): CallContext {
  return {
    actor: { account: GATEWAY_ACCOUNT, subject: 'gateway' },
    requestId: randomUUID(),
    kind: OperationTypeNode.QUERY,
    signal: AbortSignal.timeout(KEY_TIMEOUT),
  };
}

async function startMetrics(
  { host, metricsPort, moreMetrics = [] }: GatewayOptions,
  started: AsyncDisposableStack,
): Promise<{ readonly metrics: GatewayMetrics; readonly metricsUrl?: string }> {
  if (metricsPort === undefined) return { metrics: noopMetrics };
  const metrics = new PrometheusMetrics();
  const { url } = started.use(
    await serveMetrics([metrics.registry, ...moreMetrics], { host, port: metricsPort }),
  );
  return { metrics, metricsUrl: url };
}

function httpServer(http: HttpTransport, sockets: WebSocketTransport): Server {
  // Longer than the idle timeout of common load balancers (60 seconds): the server must not close a connection
  // that the balancer is about to reuse.
  const server = createServer({ keepAliveTimeout: 65_000, headersTimeout: 30_000, requestTimeout: 60_000 });
  server.on('request', (request, response) => void http.handle(request, response));
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  return server;
}
