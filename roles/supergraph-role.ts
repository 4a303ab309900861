import type { SupergraphManager } from '@apollo/gateway';
import { type AuthOptions, startGateway } from '../gateway/server.js';
import { systemClock } from '../kernel/clock.js';
import type { Env } from '../kernel/env.js';
import { type Log, createLog } from '../kernel/log.js';
import { deriveKey } from '../kernel/secret.js';
import { gatewaySettings } from './gateway-settings.js';
import { composedSupergraphManager } from './composed-supergraph.js';
import { startManagedGateway } from './managed-gateway.js';
import type { Role } from './role.js';
import { authOptions, subgraphUrls } from './settings.js';
import { supergraphFileManager } from './supergraph-file.js';

/** The source of another graph's supergraph: a file of supergraph SDL, or one that lists the subgraphs to compose. */
export type SupergraphOrigin = { readonly supergraph: string } | { readonly compose: string };

/**
 * The gateway in front of any graph. The URLs of subgraphs come from the supergraph; SUBGRAPH_URLS overrides them. Throws
 * when the settings contradict each other or the supergraph is missing.
 */
export async function supergraphRole(env: Env, origin: SupergraphOrigin): Promise<Role> {
  const urls = Object.entries(subgraphUrls(env.SUBGRAPH_URLS));
  const { limits, rate, ...settings } = await gatewaySettings(env, env.DATABASE_URL);
  const log = createLog(env.LOG_LEVEL, 'gateway');
  const options = {
    host: env.HOST,
    port: env.PORT,
    subgraphs: Object.fromEntries(urls.map(([name, url]) => [name, { kind: 'remote', url }] as const)),
    auth: supergraphAuth(env),
    actorKey: env.FLEETGRAPH_SECRET === undefined ? undefined : deriveKey(env.FLEETGRAPH_SECRET, 'actor'),
    passThroughErrors: true,
    graphiql: { title: 'GraphQL', tabs: [{ query: 'query Start {\n  __typename\n}\n' }] },
    ...settings,
    serviceAccountSubgraph: undefined,
    // Subscriptions of another graph may depend on the subject.
    sharedBy: 'subject' as const,
    subscriberRights: undefined,
    // Default costs and rates are those of the platform's graph; of another graph they apply only with a setting.
    limits: {
      cost: Number.POSITIVE_INFINITY,
      // Some subgraphs open a stream only with its first event, so an opening may last long.
      openingsPerAccount: Number.POSITIVE_INFINITY,
      ...limits,
      pageSize: Number.MAX_SAFE_INTEGER,
    },
    rate: env.RATE_POINTS === undefined ? undefined : rate,
    clock: systemClock,
    log,
  };
  return startManagedGateway(
    await supergraphManager(origin, log),
    (supergraphSdl) => startGateway({ ...options, supergraphSdl }),
    log,
  );
}

/** The manager of the supergraph of an origin. Rejects when its file is not valid. */
export async function supergraphManager(origin: SupergraphOrigin, log: Log): Promise<SupergraphManager> {
  return 'supergraph' in origin
    ? supergraphFileManager(origin.supergraph, log)
    : composedSupergraphManager(origin.compose, log);
}

/** Rejects settings that disable authentication and configure it at the same time. */
export function supergraphAuth(env: Env): AuthOptions {
  if (env.FLEETGRAPH_AUTH === 'on') return authOptions(env);
  for (const name of ['AUTH_SECRET', 'AUTH_JWKS_URL', 'FLEETGRAPH_SECRET'] as const) {
    if (env[name] === undefined) continue;
    throw new Error(`settings: FLEETGRAPH_AUTH=off and ${name} contradict each other: set one of them`);
  }
  return { kind: 'none' };
}
