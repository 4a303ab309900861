import { type Server, createServer } from 'node:http';
import type { Clock } from '../kernel/clock.js';
import { closeServer, listen } from '../kernel/graph/listen.js';
import type { Log } from '../kernel/log.js';
import type { AuthOptions } from './auth/auth-options.js';
import { createAuthenticator } from './auth/authenticator.js';
import { ExpiryWatch } from './auth/expiry-watch.js';
import type { CircuitOptions } from './circuit/circuit.js';
import { OperationCosts } from './cost/operation-costs.js';
import { RateLimiter, type RateOptions } from './cost/rate-limiter.js';
import { Mask } from './errors/mask.js';
import { watchSources } from './watch-sources.js';
import { type SubgraphLocation, createSources } from './execute/create-sources.js';
import { GraphExecutor } from './execute/graph-executor.js';
import { type Limits, defaultLimits } from './limits/limits.js';
import { PersistedDocuments } from './limits/persisted-documents.js';
import type { TrustedDocuments } from './limits/trusted-documents.js';
import { type Meter, noMeter } from './metrics/meter.js';
import { PrometheusMeter } from './metrics/prometheus-meter.js';
import { serveMetrics } from './metrics/server.js';
import { Preparation } from './plan/prepare.js';
import { loadSupergraph } from './plan/supergraph.js';
import { Admission } from './transport/admission.js';
import { startApollo } from './transport/apollo.js';
import { ConnectionCounter } from './transport/connection-counter.js';
import type { GatewayCore } from './transport/gateway-core.js';
import { GraphiQLPage, type GraphiQLPageOptions } from './transport/graphiql.js';
import { HttpTransport } from './transport/http.js';
import { WebSocketTransport } from './transport/websocket.js';

export type { AuthOptions } from './auth/auth-options.js';
export type { SubgraphLocation } from './execute/create-sources.js';
export type { Limits } from './limits/limits.js';
export type { RateOptions } from './cost/rate-limiter.js';
export { readTrustedDocuments } from './limits/trusted-documents.js';
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
  readonly foreignErrors?: boolean | undefined;
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
  /** Port of Prometheus' metrics, on the same host; 0 takes a free one. Default none. */
  readonly metricsPort?: number | undefined;
  /** The GraphiQL page at `/`, or none. */
  readonly graphiql: GraphiqlOptions | false;
  /** Origins of other sites whose pages may use the gateway; `*` for every one. Default none. */
  readonly allowedOrigins?: readonly string[] | undefined;
}

/** A running gateway. Disposing of it drains it first. */
export interface Gateway extends AsyncDisposable {
  /** Base URL, without a trailing slash; GraphQL is at `/graphql` below it, for HTTP, WebSocket and event streams. */
  readonly url: string;
  /** Address of the metrics, if they are served. */
  readonly metricsUrl?: string | undefined;
  /** Says 503 on /readyz and ends subscriptions so that clients resume elsewhere; requests are still answered. */
  drain(): void;
}

/** Milliseconds that requests and sockets get to end when the gateway closes. */
const GRACE = 10_000;

/** Starts the gateway. Throws when the supergraph is not valid or the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  await using started = new AsyncDisposableStack();
  const { log, clock } = options;
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const supergraph = loadSupergraph(options.supergraphSdl);
  const { meter, metricsUrl } = await startMetrics(options, started);
  const sources = createSources({
    locations: options.subgraphs,
    named: supergraph.subgraphs,
    actorKey: options.actorKey,
    log,
  });
  for (const source of sources.values()) started.use(source);
  watchSources(sources, { ...options, limits, meter: metricsUrl ? meter : undefined });
  const mask = new Mask(log, options.foreignErrors);
  const drained = new AbortController();
  const rate = options.rate && started.use(RateLimiter.open(options.rate, log));
  const admission = new Admission({
    preparation: new Preparation(supergraph, limits),
    costs: new OperationCosts(supergraph.api, supergraph.full),
    rate,
    limits,
    meter,
  });
  const core: GatewayCore = {
    authenticator: createAuthenticator(options.auth, clock),
    admission,
    documents: new PersistedDocuments({
      trusted: options.trustedDocuments,
      documentBytes: limits.documentBytes,
    }),
    meter,
    executor: new GraphExecutor({ sources, mask, timeout: limits.requestTimeout }),
    mask,
    limits,
    log,
    clock,
    expiries: started.use(new ExpiryWatch(clock)),
    connections: new ConnectionCounter(limits.connectionsPerAccount),
    draining: drained.signal,
  };
  const apollo = await startApollo({
    schema: supergraph.api,
    admission,
    executor: core.executor,
    log,
  });
  started.defer(() => apollo.stop());
  const allowedOrigins = options.allowedOrigins ?? [];
  const graphiql = options.graphiql ? new GraphiQLPage(options.graphiql) : undefined;
  const http = new HttpTransport({ core, apollo, sources, graphiql, allowedOrigins });
  const sockets = new WebSocketTransport({ core, schema: supergraph.api, allowedOrigins });
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
    drain: () => drained.abort(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startMetrics(
  { host, metricsPort }: GatewayOptions,
  started: AsyncDisposableStack,
): Promise<{ readonly meter: Meter; readonly metricsUrl?: string }> {
  if (metricsPort === undefined) return { meter: noMeter };
  const meter = new PrometheusMeter();
  const { url } = started.use(await serveMetrics(meter.registry, { host, port: metricsPort }));
  return { meter, metricsUrl: url };
}

function httpServer(http: HttpTransport, sockets: WebSocketTransport): Server {
  // Longer than what load balancers keep connections, so that it is never us who closes one that is being used.
  const server = createServer({ keepAliveTimeout: 65_000, headersTimeout: 30_000, requestTimeout: 60_000 });
  server.on('request', (request, response) => void http.handle(request, response));
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  return server;
}
