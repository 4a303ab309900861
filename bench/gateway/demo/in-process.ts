// Fleetgraph's gateway with the demo's subgraphs in the same process. Prints `ready <url>`.
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { type SubgraphLocation, startGateway } from '../../../gateway/server.js';
import { systemClock } from '../../../kernel/clock.js';
import { subgraphSchema } from '../../../subgraphs/runtime/schema/define-subgraph.js';
import { createLog } from '../../../kernel/log.js';
import type { Subgraph, SubgraphName } from '../../../subgraphs/runtime/subgraph.js';
import { demoResolvers } from './resolvers.js';
import { DEMO_LINK, demoSdl } from './schema.js';
import { SubgraphExecutor } from '../../../subgraphs/runtime/execution/subgraph-executor.js';

const [secret = ''] = process.argv.slice(2);
const subgraphs = Object.entries(demoSdl).map(([name, types]): Subgraph => {
  const sdl = DEMO_LINK + types;
  const schema = subgraphSchema(sdl, demoResolvers[name] ?? {});
  // SubgraphName lists the platform's own subgraphs only.
  return { name: name as SubgraphName, sdl, schema };
});
const log = createLog('warn');
const local = subgraphs.map((subgraph): [string, SubgraphLocation] => [
  subgraph.name,
  { kind: 'local', subgraph: new SubgraphExecutor(subgraph, log) },
]);
const gateway = await startGateway({
  host: '127.0.0.1',
  port: 0,
  supergraphSdl: composeSupergraph(subgraphs),
  subgraphs: Object.fromEntries(local),
  auth: { kind: 'secret', secret },
  graphiql: false,
  limits: { cost: Number.MAX_SAFE_INTEGER },
  clock: systemClock,
  log,
});
process.stdout.write(`ready ${gateway.url}\n`);
process.once('SIGTERM', () => process.exit(0));
