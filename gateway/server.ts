import { type Server, createServer } from 'node:http';
import type { Registry } from 'prom-client';
import { AcceptedTokens } from '../access/accepted-tokens.js';
import type { Clock } from '../kernel/clock.js';
import { closeServer, listen } from '../kernel/listen.js';
import type { Log } from '../kernel/log.js';
import type { AuthOptions } from './auth/auth-options.js';
import { type Authenticator, createAuthenticator, anonymousAuthenticator } from './auth/authenticator.js';
import { RejectedTokenLog } from './auth/refusal-log.js';
import { TokenExpiryWatcher } from './auth/token-expiry-watcher.js';
import type { CircuitOptions } from './upstream/circuit-breaker.js';
import { OperationCosts } from './request/cost/operation-costs.js';
import { RateLimiter, type RateOptions } from './request/rate/rate-limiter.js';
import { ErrorMasker } from './errors/error-masker.js';
import { wrapSources } from './upstream/wrap-sources.js';
import { type SubgraphLocation, createSources } from './upstream/create-sources.js';
import { InFlightRequests } from './upstream/call/in-flight-requests.js';
import { GraphExecutor } from './execution/graph-executor.js';
import { type Limits, defaultLimits } from './request/limits/limits.js';
import { PersistedDocuments } from './request/documents/persisted-documents.js';
import type { TrustedDocuments } from './request/documents/trusted-documents.js';
import { type GatewayMetrics, noopMetrics } from './metrics/gateway-metrics.js';
import { PrometheusMetrics } from './metrics/prometheus-metrics.js';
import { serveMetrics } from '../kernel/metrics/server.js';
import { PlanningThread } from './planning/planning-thread.js';
import { RequestPreparer } from './request/request-preparer.js';
import { loadSupergraph } from './planning/plannable-supergraph.js';
import type { Supergraph } from './supergraph/supergraph.js';
import { SupergraphReloader } from './supergraph-reloader.js';
import { PermissionWatcher } from './subscriptions/permission-watcher.js';
import type { SharedBy } from './subscriptions/share-key.js';
import { Subscriptions } from './subscriptions/subscriptions.js';
import { Admission, type ActiveSupergraph, waitToPrepare } from './request/admission.js';
import { startApollo } from './transport/http/apollo.js';
import { AccountCounter } from './request/limits/account-counter.js';
import type { GatewayCore } from './transport/core/gateway-core.js';
import { GraphiQLPage, type GraphiQLPageOptions } from './transport/http/graphiql.js';
import { type GatewayReadiness, gatewayReadiness } from './transport/http/health.js';
import { HttpTransport } from './transport/http-transport.js';
import { RequestQueue } from './request/request-queue.js';
import { WebSocketTransport } from './transport/websocket/websocket.js';

export type { AuthOptions } from './auth/auth-options.js';
export type { SubgraphLocation } from './upstream/create-sources.js';
export type { Limits } from './request/limits/limits.js';
export type { RateOptions } from './request/rate/rate-limiter.js';
export { prepareRates } from './request/rate/shared-buckets.js';
export { readTrustedDocuments } from './request/documents/trusted-documents.js';
export type GraphiqlOptions = GraphiQLPageOptions;

export interface GatewayOptions {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  readonly supergraphSdl: string;
  /** Locations of subgraphs by name. A subgraph without an entry is reached at its URL in the supergraph. */
  readonly subgraphs: Readonly<Record<string, SubgraphLocation>>;
  readonly auth: AuthOptions;
  /**
   * Key that signs the actor header of requests to remote subgraphs, see kernel/actor.ts. Without it no actor
   * is sent.
   */
  readonly actorKey?: Uint8Array | undefined;
  /**
   * Whether errors of subgraphs are passed through unmasked. Otherwise only errors with a code of the registry
   * are. Default false.
   */
  readonly passThroughErrors?: boolean | undefined;
  readonly log: Log;
  readonly clock: Clock;
  /** Overrides of the default limits. */
  readonly limits?: Partial<Limits> | undefined;
  /** When the circuit breaker of a failing subgraph opens. */
  readonly circuit?: CircuitOptions | undefined;
  /** Rate limit of each account, in points of cost per window. Default unlimited. */
  readonly rate?: RateOptions | undefined;
  /** Allowlist of documents. Default: any document may be executed. */
  readonly trustedDocuments?: TrustedDocuments | undefined;
  /** File of revoked tokens, see access/revocations.ts. Default none. */
  readonly revocationsFile?: string | undefined;
  /** Milliseconds between permission checks of running streams. Default 10,000. */
  readonly permissionCheckInterval?: number | undefined;
  /**
   * Which clients share the execution of a subscription. `account`: clients of one account with the same
   * permissions; only safe when subgraphs decide by account and permissions alone. Default `subject`: only
   * clients of the same subject.
   */
  readonly sharedBy?: SharedBy | undefined;
  /** Port of the Prometheus endpoint on the same host; 0 selects a free port. Default none. */
  readonly metricsPort?: number | undefined;
  /** Registries of other components of this process, exposed by the same endpoint. */
  readonly moreMetrics?: readonly Registry[] | undefined;
  /**
   * Whether operations are planned on a worker thread, so that planning does not block other requests. Default
   * false.
   */
  readonly planningThread?: boolean | undefined;
  /** Options of the GraphiQL page at `/`; false disables it. */
  readonly graphiql: GraphiqlOptions | false;
  /** Origins allowed by CORS; `*` allows every origin. Default none. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /**
   * Host names accepted in the Host header besides IP addresses and `localhost`. Default any; without
   * authentication none, because of DNS rebinding.
   */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** A running gateway. Disposing drains it first. */
export interface Gateway extends AsyncDisposable {
  /** Base URL without a trailing slash. GraphQL over HTTP, WebSockets and event streams is at `/graphql`. */
  readonly url: string;
  /** URL of the Prometheus endpoint; undefined when there is none. */
  readonly metricsUrl?: string | undefined;
  /** Ready means that every subgraph answers and the gateway is not draining. */
  readiness(): Promise<GatewayReadiness>;
  /**
   * Answers 503 on /readyz and ends subscriptions so that clients resume on another gateway. Requests are still
   * answered.
   */
  drain(): void;
  /**
   * Activates another supergraph once it is loaded; streams continue. Rejects without any change when it is
   * invalid.
   */
  reload(supergraphSdl: string): Promise<void>;
}

/**
 * Ratio of the size limits of subgraph and client responses: subgraph responses also contain keys and required
 * fields.
 */
const KEYS = 2;

/**
 * Without authentication every client has the same account, so limits per account would throttle all clients
 * together.
 */
const WITHOUT_ACCOUNTS: Partial<Limits> = {
  requestsPerAccount: Number.POSITIVE_INFINITY,
  openingsPerAccount: Number.POSITIVE_INFINITY,
  subscriptionsPerAccount: Number.POSITIVE_INFINITY,
};

function limitsOf({ auth, limits }: GatewayOptions): Limits {
  return { ...defaultLimits, ...(auth.kind === 'none' ? WITHOUT_ACCOUNTS : {}), ...limits };
}

function requestQueue(what: string, limits: Limits): RequestQueue {
  const { requestsPerAccount: perAccount, requestsWaiting: waiting, requestTimeout: timeout } = limits;
  return new RequestQueue({ what, perAccount, waiting, timeout });
}

/** Grace period in milliseconds for requests and WebSockets when the gateway closes. */
const GRACE = 10_000;

/** Starts the gateway. Throws when the supergraph is invalid or the port is in use. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  await using started = new AsyncDisposableStack();
  const { log, clock } = options;
  const limits = limitsOf(options);
  const thread = options.planningThread ? started.use(new PlanningThread(log)) : undefined;
  const load = (sdl: string) => loadSupergraph(sdl, thread);
  const supergraph = load(options.supergraphSdl);
  const { meter, metricsUrl } = await startMetrics(options, started);
  const flights = new InFlightRequests();
  const connect = ({ subgraphs: named }: Pick<Supergraph, 'subgraphs'>) => {
    const { subgraphs: locations, actorKey } = options;
    const connected = createSources({
      locations,
      named,
      actorKey,
      flights,
      answerBytes: limits.responseBytes * KEYS,
    });
    wrapSources(connected, { ...options, limits, meter: metricsUrl ? meter : undefined });
    return connected;
  };
  const sources = connect(supergraph);
  const mask = new ErrorMasker(log, options.passThroughErrors);
  const drained = new AbortController();
  const rate = options.rate && started.use(RateLimiter.open(options.rate, log));
  const served: ActiveSupergraph = {
    preparation: new RequestPreparer(supergraph, limits),
    costs: new OperationCosts(supergraph.api, supergraph.full),
  };
  const executor = new GraphExecutor({
    sources,
    mask,
    timeout: limits.requestTimeout,
    responseBytes: limits.responseBytes,
    openings: limits.openingsPerAccount,
  });
  const subscriptions = new Subscriptions({
    executor,
    limits,
    sharedBy: options.sharedBy ?? 'subject',
    dropped: () => meter.dropped(),
    prepare: async ({ request }, actor) => {
      if (!served.preparation.isKnown(request, actor)) await waitToPrepare(served, request, actor);
      return served.preparation.prepare(request, actor);
    },
  });
  const reloading = started.use(
    new SupergraphReloader({
      supergraph,
      load,
      loaded: async () => thread?.loaded,
      served,
      sources,
      connect,
      subscriptions,
      limits,
      log,
    }),
  );
  const admission = new Admission({
    served,
    rate,
    limits,
    meter,
  });
  const { authenticator, rights } = await startAuthentication(options, started);
  const core: GatewayCore = {
    authenticator,
    rights,
    subscriptions,
    admission,
    documents: new PersistedDocuments({
      trusted: options.trustedDocuments,
      documentBytes: limits.documentBytes,
    }),
    meter,
    executor,
    mask,
    limits,
    log,
    clock,
    expiries: started.use(new TokenExpiryWatcher(clock)),
    connections: new AccountCounter(limits.connectionsPerAccount),
    requests: requestQueue('requests', limits),
    operations: requestQueue('operations', limits),
    draining: drained.signal,
    reconnectDelay: () => Math.ceil(Math.random() * limits.reconnectWindow),
  };
  const apollo = await startApollo({
    schema: supergraph.api,
    admission,
    executor: core.executor,
    log,
  });
  started.defer(() => apollo.stop());
  const allowedOrigins = options.allowedOrigins ?? [];
  const allowedHosts = options.allowedHosts ?? (options.auth.kind === 'none' ? [] : undefined);
  const needsToken = options.auth.kind !== 'none';
  const graphiql = options.graphiql ? new GraphiQLPage({ ...options.graphiql, needsToken }) : undefined;
  const http = started.use(
    new HttpTransport({ core, apollo, sources, graphiql, allowedOrigins, allowedHosts }),
  );
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
    readiness: () => gatewayReadiness(sources.values(), drained.signal.aborted),
    drain: () => drained.abort(),
    reload: (sdl) => reloading.reload(sdl),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startAuthentication(
  { auth, clock, log, revocationsFile, permissionCheckInterval: rightsInterval = 10_000 }: GatewayOptions,
  started: AsyncDisposableStack,
): Promise<{ readonly authenticator: Authenticator; readonly rights: PermissionWatcher }> {
  const changed = () => void rights.check();
  const authenticator =
    auth.kind === 'none'
      ? anonymousAuthenticator
      : createAuthenticator({
          ...auth,
          accepted: started.use(await AcceptedTokens.open({ keys: auth, revocationsFile, log, changed })),
          clock,
          onRejected: (refused, requestId) => refusals.record(refused, requestId),
        });
  const refusals = new RejectedTokenLog(log, clock);
  const rights = started.use(new PermissionWatcher({ authenticator, interval: rightsInterval, log }));
  return { authenticator, rights };
}

async function startMetrics(
  { host, metricsPort, moreMetrics = [] }: GatewayOptions,
  started: AsyncDisposableStack,
): Promise<{ readonly meter: GatewayMetrics; readonly metricsUrl?: string }> {
  if (metricsPort === undefined) return { meter: noopMetrics };
  const meter = new PrometheusMetrics();
  const { url } = started.use(
    await serveMetrics([meter.registry, ...moreMetrics], { host, port: metricsPort }),
  );
  return { meter, metricsUrl: url };
}

function httpServer(http: HttpTransport, sockets: WebSocketTransport): Server {
  // Longer than the idle timeout of common load balancers (60 seconds): the server must not close a connection
  // that the balancer is about to reuse.
  const server = createServer({ keepAliveTimeout: 65_000, headersTimeout: 30_000, requestTimeout: 60_000 });
  server.on('request', (request, response) => void http.handle(request, response));
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  return server;
}
