// Fleetgraph's gateway with the platform's subgraphs in the same process, as in `fleetgraph start`, but without the engine
// and the simulated cloud, whose CPU time would be counted. Prints `ready <url>`.
import { startGateway } from '../../gateway/server.js';
import { readEnv } from '../../kernel/env.js';
import { createLog } from '../../kernel/log.js';
import { subgraphNames } from '../../subgraphs/runtime/subgraph.js';
import { gatewaySettings } from '../../roles/gateway-settings.js';
import { openPlatformFromEnv } from '../../roles/platform-from-env.js';
import { authOptions } from '../../roles/settings.js';
import { createSubgraph } from '../../roles/subgraphs.js';
import { committedSupergraph } from '../../roles/supergraph.js';
import { SubgraphExecutor } from '../../subgraphs/runtime/execution/subgraph-executor.js';

const env = readEnv();
const log = createLog(env.LOG_LEVEL);
const platform = await openPlatformFromEnv(env, log);
const subgraphs = await Promise.all(subgraphNames.map((name) => createSubgraph(name, platform)));
const gateway = await startGateway({
  host: env.HOST,
  port: env.PORT,
  supergraphSdl: await committedSupergraph(),
  subgraphs: Object.fromEntries(
    subgraphs.map((subgraph) => [
      subgraph.name,
      { kind: 'local', subgraph: new SubgraphExecutor(subgraph, log) } as const,
    ]),
  ),
  auth: authOptions(env),
  graphiql: false,
  ...(await gatewaySettings(env)),
  clock: platform.clock,
  log,
});
process.stdout.write(`ready ${gateway.url}\n`);
process.once('SIGTERM', () => process.exit(0));
