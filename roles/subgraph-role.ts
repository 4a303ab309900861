import type { Env } from '../kernel/env.js';
import { serveSubgraph } from '../subgraphs/runtime/server/serve-subgraph.js';
import { createLog } from '../kernel/log.js';
import { deriveKey } from '../kernel/secret.js';
import type { SubgraphName } from '../subgraphs/runtime/subgraph.js';
import { openPlatformFromEnv } from './platform-from-env.js';
import { databaseReadiness } from './database-readiness.js';
import { serveRoleMetrics } from './role-metrics.js';
import type { Role } from './role.js';
import { required } from './settings.js';
import { createSubgraph } from './subgraphs.js';

/** One subgraph, served over HTTP to the gateway. `port` 0 takes a free one. */
export async function subgraphRole(env: Env, name: SubgraphName, port: number): Promise<Role> {
  await using started = new AsyncDisposableStack();
  const log = createLog(env.LOG_LEVEL, `subgraph-${name}`);
  const platform = started.use(
    await openPlatformFromEnv(env, log, { statementTimeout: env.REQUEST_TIMEOUT * 1000 }),
  );
  started.use(await serveRoleMetrics(env, platform));
  const actorKey = deriveKey(required(env, 'FLEETGRAPH_SECRET'), 'actor');
  const subgraph = await createSubgraph(name, platform);
  const server = started.use(await serveSubgraph(subgraph, { host: env.HOST, port, actorKey, log }));
  const running = started.move();
  return {
    url: server.url,
    readiness: databaseReadiness(platform.database.probe),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
