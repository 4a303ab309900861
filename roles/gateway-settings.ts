import { verbs } from '../access/decision.js';
import { type GatewayOptions, type Limits, readTrustedDocuments } from '../gateway/server.js';
import type { Env } from '../kernel/env.js';

/** The options of a gateway that come from the settings, in every role that runs one. */
export type GatewaySettings = Pick<
  GatewayOptions,
  | 'allowedHosts'
  | 'allowedOrigins'
  | 'trustedProxies'
  | 'limits'
  | 'rate'
  | 'trustedDocuments'
  | 'metricsPort'
  | 'revocationsFile'
  | 'serviceAccountSubgraph'
  | 'sharedBy'
  | 'subscriberRights'
  | 'planningThread'
  | 'permissionCheckInterval'
>;

/** The scope that introspection requires with INTROSPECTION=scope. */
const [INTROSPECTION_SCOPE] = verbs.introspect;
/** Subjects of an account with equal permissions share executions. */
export const subscriberRights = { subgraph: 'access', field: 'rightsKey' };
/** Seconds in which the rate points of an account are refilled. */
const MINUTE = 60;

/**
 * Reads the settings; throws when the file of trusted documents is not valid. `rateDatabaseUrl` is the database in which
 * gateways share the rate points of accounts; without it each gateway counts them separately.
 */
export async function gatewaySettings(env: Env, rateDatabaseUrl?: string): Promise<GatewaySettings> {
  const {
    REQUEST_TIMEOUT,
    COST_LIMIT,
    RATE_POINTS = 3_000_000,
    INTROSPECTION,
    TRUSTED_DOCUMENTS,
    METRICS_PORT,
  } = env;
  return {
    allowedHosts: names(env.ALLOWED_HOSTS),
    allowedOrigins: env.CORS_ORIGINS,
    trustedProxies: env.TRUSTED_PROXIES,
    limits: {
      requestTimeout: REQUEST_TIMEOUT * 1000,
      // Half of the request's timeout: after the timeout of a slow subgraph, other fetches still have time.
      subgraphTimeout: (REQUEST_TIMEOUT * 1000) / 2,
      ...(COST_LIMIT === undefined ? {} : { cost: COST_LIMIT }),
      ...(env.RESPONSE_LIMIT === undefined ? {} : { responseBytes: env.RESPONSE_LIMIT }),
      ...accountLimits(env),
      introspection: INTROSPECTION === 'scope' ? { scope: INTROSPECTION_SCOPE } : INTROSPECTION,
    },
    rate:
      RATE_POINTS === 0 ? undefined : { points: RATE_POINTS, window: MINUTE, databaseUrl: rateDatabaseUrl },
    trustedDocuments: TRUSTED_DOCUMENTS ? await readTrustedDocuments(TRUSTED_DOCUMENTS) : undefined,
    metricsPort: METRICS_PORT,
    revocationsFile: env.AUTH_REVOCATIONS,
    // Permissions of the subject decide which events it gets.
    sharedBy: 'subject',
    subscriberRights,
    serviceAccountSubgraph: 'access',
    planningThread: { warmUp: env.PLANNER_WARM_UP },
  };
}

/** The limits of accounts that have a setting; the others keep their defaults. */
function accountLimits(env: Env): Partial<Limits> {
  const settings: Partial<Record<keyof Limits, number | undefined>> = {
    connectionsPerAccount: env.CONNECTIONS_PER_ACCOUNT,
    requestsPerAccount: env.REQUESTS_PER_ACCOUNT,
    requestsWaiting: env.REQUESTS_WAITING_PER_ACCOUNT,
    subscriptionsPerAccount: env.SUBSCRIPTIONS_PER_ACCOUNT,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function names(text: string | undefined): string[] | undefined {
  return text?.split(',').map((name) => name.trim().toLowerCase());
}
