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
  /** 0 takes a free port. */
  readonly port: number;
  readonly supergraphSdl: string;
  /** Where subgraphs run, by name; those left out are reached at the address in the supergraph. */
  readonly subgraphs: Readonly<Record<string, SubgraphLocation>>;
  readonly auth: AuthOptions;
  /** Key with which actors are vouched for to remote subgraphs, see kernel/actor.ts; without it they are told nothing. */
  readonly actorKey?: Uint8Array | undefined;
  /** Whether subgraphs' errors are shown as they are; else only those with a code of the registry. Default no. */
  readonly passThroughErrors?: boolean | undefined;
  readonly log: Log;
  readonly clock: Clock;
  /** Limits that differ from the defaults. */
  readonly limits?: Partial<Limits> | undefined;
  /** When a subgraph that fails is no longer asked. */
  readonly circuit?: CircuitOptions | undefined;
  /** How much cost an account may spend in a time. Default as much as it likes. */
  readonly rate?: RateOptions | undefined;
  /** The only documents that may be executed. Default any. */
  readonly trustedDocuments?: TrustedDocuments | undefined;
  /** A file of the tokens that were called back, see access/revocations.ts. Default none. */
  readonly revocationsFile?: string | undefined;
  /** Milliseconds between two looks at the rights of those whose streams are running. Default 10,000. */
  readonly permissionCheckInterval?: number | undefined;
  /**
   * Who may share the execution of a subscription: `account` when subgraphs ask for nothing but an account and what a
   * token allows. Default `subject`: each user has executions of their own.
   */
  readonly sharedBy?: SharedBy | undefined;
  /** Port of Prometheus' metrics, on the same host; 0 takes a free one. Default none. */
  readonly metricsPort?: number | undefined;
  /** What else runs in this process and is shown there. */
  readonly moreMetrics?: readonly Registry[] | undefined;
  /** Whether operations are planned on a thread of their own, so that no request waits for another's. Default no. */
  readonly planningThread?: boolean | undefined;
  /** The GraphiQL page at `/`, or none. */
  readonly graphiql: GraphiqlOptions | false;
  /** Origins of other sites whose pages may use the gateway; `*` for every one. Default none. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /**
   * Names under which the gateway may be asked, besides its addresses and `localhost`. Default any; where nobody is asked
   * for a token none, because a page of a stranger could make a name of theirs lead here.
   */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** A running gateway. Disposing of it drains it first. */
export interface Gateway extends AsyncDisposable {
  /** Base URL, without a trailing slash; GraphQL is at `/graphql` below it, for HTTP, WebSocket and event streams. */
  readonly url: string;
  /** Address of the metrics, if they are served. */
  readonly metricsUrl?: string | undefined;
  /** Whether it can answer requests now: every subgraph answers, and it is not draining. */
  readiness(): Promise<GatewayReadiness>;
  /** Says 503 on /readyz and ends subscriptions so that clients resume elsewhere; requests are still answered. */
  drain(): void;
  /** Serves another supergraph once it is loaded; streams go on. Rejects, and changes nothing, when it is not valid. */
  reload(supergraphSdl: string): Promise<void>;
}

/** How many times larger a subgraph's answer may be than a client's: it also has keys and what others require. */
const KEYS = 2;

/** Where nobody is asked for a token, nothing tells accounts apart: there is nobody to be fair to. */
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

/** Milliseconds that requests and sockets get to end when the gateway closes. */
const GRACE = 10_000;

/** Starts the gateway. Throws when the supergraph is not valid or the port is taken. */
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
  // Longer than what load balancers keep connections, so that it is never us who closes one that is being used.
  const server = createServer({ keepAliveTimeout: 65_000, headersTimeout: 30_000, requestTimeout: 60_000 });
  server.on('request', (request, response) => void http.handle(request, response));
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  return server;
}
