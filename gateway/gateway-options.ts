import type { Registry } from 'prom-client';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { AuthOptions } from './auth/auth-options.js';
import type { PlanningThreadOptions } from './planning/planning-thread.js';
import type { TrustedDocuments } from './request/documents/trusted-documents.js';
import { type Limits, defaultLimits } from './request/limits/limits.js';
import type { RateOptions } from './request/rate/rate-limiter.js';
import type { SharedBy } from './subscriptions/share-key.js';
import type { GraphiQLPageOptions } from './transport/http/graphiql.js';
import type { CircuitOptions } from './upstream/circuit-breaker.js';
import type { SubgraphLocation } from './upstream/create-sources.js';

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
  /**
   * Addresses and networks (CIDR) of proxies in front of the gateway, whose `X-Forwarded-For` names the client. Default:
   * none, the address of a client is that of its connection.
   */
  readonly trustedProxies?: readonly string[] | undefined;
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
  /** The subgraph that verifies keys of service accounts (`Query.verifyServiceAccountKeys`). Default: there are no keys. */
  readonly serviceAccountSubgraph?: string | undefined;
  /** Milliseconds between permission checks of running streams. Default 10,000. */
  readonly permissionCheckInterval?: number | undefined;
  /**
   * Which clients share the execution of a subscription. `account`: clients of one account with the same
   * permissions; only safe when subgraphs decide by account and permissions alone. Default `subject`: only
   * clients of the same subject.
   */
  readonly sharedBy?: SharedBy | undefined;
  /**
   * The subscription field of a subgraph with the key of the caller's rights: its first value is equal for equal rights,
   * and it fails with `ACCESS_CHANGED` when those of the caller change. Subjects with the same key share executions,
   * which act as one of them with `Actor.rights`. Default: executions are shared by `sharedBy`.
   */
  readonly subscriberRights?: { readonly subgraph: string; readonly field: string } | undefined;
  /** Port of the Prometheus endpoint on the same host; 0 selects a free port. Default none. */
  readonly metricsPort?: number | undefined;
  /** Registries of other components of this process, exposed by the same endpoint. */
  readonly moreMetrics?: readonly Registry[] | undefined;
  /**
   * Options of a worker thread that plans operations, so that planning does not block other requests. Default none:
   * operations are planned on the event loop.
   */
  readonly planningThread?: Partial<PlanningThreadOptions> | undefined;
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

/**
 * Without authentication every client has the same account, so limits per account would throttle all clients
 * together.
 */
const WITHOUT_ACCOUNTS: Partial<Limits> = {
  requestsPerAccount: Number.POSITIVE_INFINITY,
  largeBodiesPerAccount: Number.POSITIVE_INFINITY,
  openingsPerAccount: Number.POSITIVE_INFINITY,
  subscriptionsPerAccount: Number.POSITIVE_INFINITY,
};

/** The limits of a gateway: the defaults with the overrides of its options. */
export function limitsOf({ auth, limits }: GatewayOptions): Limits {
  return { ...defaultLimits, ...(auth.kind === 'none' ? WITHOUT_ACCOUNTS : {}), ...limits };
}
