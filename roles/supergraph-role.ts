import { readFile } from 'node:fs/promises';
import { type AuthOptions, startGateway } from '../gateway/server.js';
import { systemClock } from '../kernel/clock.js';
import type { Env } from '../kernel/env.js';
import { createLog } from '../kernel/log.js';
import { deriveKey } from '../kernel/secret.js';
import { gatewaySettings } from './gateway-settings.js';
import { reloading } from './reload-supergraph.js';
import type { Role } from './role.js';
import { authOptions, subgraphUrls } from './settings.js';

/**
 * The gateway in front of any graph: `file` is its supergraph SDL, which says where the subgraphs are unless
 * SUBGRAPH_URLS says otherwise. Throws when the settings contradict each other or the file is no supergraph.
 */
export async function supergraphRole(env: Env, file: string): Promise<Role> {
  const urls = Object.entries(subgraphUrls(env.SUBGRAPH_URLS));
  const { limits, rate, ...settings } = await gatewaySettings(env, env.DATABASE_URL);
  const log = createLog(env.LOG_LEVEL, 'gateway');
  const gateway = await startGateway({
    host: env.HOST,
    port: env.PORT,
    supergraphSdl: await readFile(file, 'utf8'),
    subgraphs: Object.fromEntries(urls.map(([name, url]) => [name, { kind: 'remote', url }])),
    auth: supergraphAuth(env),
    actorKey: env.FLEETGRAPH_SECRET === undefined ? undefined : deriveKey(env.FLEETGRAPH_SECRET, 'actor'),
    passThroughErrors: true,
    graphiql: { title: 'GraphQL', tabs: [{ query: 'query Start {\n  __typename\n}\n' }] },
    ...settings,
    // Another graph's subscriptions may depend on who asks.
    sharedBy: 'subject',
    // Costs and rates are of our graph's fields and accounts; another graph's are counted when somebody asks for it.
    limits: {
      cost: Number.POSITIVE_INFINITY,
      // Some subgraphs say nothing to an event stream for long.
      openingsPerAccount: Number.POSITIVE_INFINITY,
      ...limits,
      pageSize: Number.MAX_SAFE_INTEGER,
    },
    rate: env.RATE_POINTS === undefined ? undefined : rate,
    clock: systemClock,
    log,
  });
  return reloading(gateway, file, log);
}

/** Whoever turns checking off must not at the same time say how to check, or vouch for people nobody has checked. */
function supergraphAuth(env: Env): AuthOptions {
  if (env.FLEETGRAPH_AUTH === 'on') return authOptions(env);
  for (const name of ['AUTH_SECRET', 'AUTH_JWKS_URL', 'FLEETGRAPH_SECRET'] as const) {
    if (env[name] === undefined) continue;
    throw new Error(`settings: FLEETGRAPH_AUTH=off and ${name} contradict each other: set one of them`);
  }
  return { kind: 'none' };
}
