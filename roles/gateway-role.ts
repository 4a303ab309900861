import { startGateway } from '../gateway/server.js';
import { systemClock } from '../kernel/clock.js';
import type { Env } from '../kernel/env.js';
import { createLog } from '../kernel/log.js';
import { deriveKey } from '../kernel/secret.js';
import { subgraphNames } from '../subgraphs/runtime/subgraph.js';
import { fleetgraphPage } from './fleetgraph-page.js';
import { gatewaySettings } from './gateway-settings.js';
import { startManagedGateway } from './managed-gateway.js';
import type { Role } from './role.js';
import { authOptions, required, subgraphUrls } from './settings.js';
import { subgraphPorts } from './ports.js';
import { supergraphFileManager } from './supergraph-file.js';
import { supergraphFile } from './supergraph.js';

/** The gateway, in front of subgraphs that run elsewhere. */
export async function gatewayRole(env: Env): Promise<Role> {
  const urls = subgraphUrls(env.SUBGRAPH_URLS);
  const remote = subgraphNames.map((name) => {
    const url = urls[name] ?? `http://127.0.0.1:${subgraphPorts[name]}/graphql`;
    return [name, { kind: 'remote', url, readyUrl: new URL('/readyz', url).href }] as const;
  });
  const log = createLog(env.LOG_LEVEL, 'gateway');
  const options = {
    host: env.HOST,
    port: env.PORT,
    subgraphs: Object.fromEntries(remote),
    auth: authOptions(env),
    actorKey: deriveKey(required(env, 'FLEETGRAPH_SECRET'), 'actor'),
    graphiql: fleetgraphPage,
    ...(await gatewaySettings(env, env.DATABASE_URL)),
    clock: systemClock,
    log,
  };
  const start = (supergraphSdl: string) => startGateway({ ...options, supergraphSdl });
  return startManagedGateway(supergraphFileManager(supergraphFile, log), start, log);
}
