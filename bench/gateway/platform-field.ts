import { join } from 'node:path';
import { nodeOptions } from '../../kernel/process/node-options.js';
import { packageRoot } from '../../kernel/package-root.js';
import { startDatabase } from '../platform/database.js';
import { clusterStates, createCluster } from '../platform/clusters.js';
import { type Seat, until } from '../platform/graph.js';
import { hold } from '../platform/hold.js';
import { startProcess } from '../platform/process.js';
import { raiseQuotas } from '../platform/quotas.js';
import type { BenchActor, BenchSecrets } from './actors.js';
import { startApart } from './apart.js';
import { IN_PROCESS, startPeers } from './contestants.js';
import { type Field, withFloor } from './field.js';
import { benchQueries } from './queries.js';
import { operatorToken } from '../platform/operator.js';

const CLUSTERS = 10;
const REGIONS = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'ap-southeast-1', 'eu-central-1'];

export interface PlatformFieldOptions {
  /** A folder of its own for the files that the gateways read. */
  readonly folder: string;
  readonly actors: readonly BenchActor[];
  readonly secrets: BenchSecrets;
}

/** The platform, filled, with its gateway; everybody else beside it. */
export async function platformField(
  { folder, actors, secrets }: PlatformFieldOptions,
  started: AsyncDisposableStack,
): Promise<Field> {
  const database = await hold(started, startDatabase(folder, false));
  const platform = await startApart(database.url, secrets, started);
  const url = `${platform.gateway.url}/graphql`;
  const clusterId = await fill({
    url,
    token: actors[0]!.bearer,
    operator: await operatorToken(secrets.auth),
  });
  // From here on nothing but the requests runs.
  await platform.movers.disposeAsync();
  const connections = actors.map(({ bearer }) => ({ authorization: `Bearer ${bearer}` }));
  const ours = [
    { name: 'Fleetgraph', process: platform.gateway },
    { name: IN_PROCESS, process: await startInProcess(database.url, secrets, started) },
  ].map(({ name, process }) => ({ name, process, url: `${process.url}/graphql`, connections, ours: true }));
  const peers = await startPeers({ folder, supergraphSdl: platform.supergraphSdl, actors }, started);
  const field = {
    contestants: [...ours, ...peers],
    queries: benchQueries(clusterId),
    subgraphs: platform.subgraphs,
  };
  return withFloor(field, { folder, actors }, started);
}

function startInProcess(databaseUrl: string, secrets: BenchSecrets, started: AsyncDisposableStack) {
  const script = join(packageRoot, 'dist/bench/gateway/platform-in-process.js');
  const env = {
    DATABASE_URL: databaseUrl,
    FLEETGRAPH_SECRET: secrets.platform,
    AUTH_SECRET: secrets.auth,
    PORT: '0',
    RATE_POINTS: '0',
  };
  return hold(started, startProcess({ name: IN_PROCESS, args: [...nodeOptions, script], env }));
}

/** Ten running clusters of three nodes each; answers the id of one. */
async function fill(seat: Seat): Promise<string> {
  await raiseQuotas(seat, { 'ACK_PRO/clustersPerAccount': 100, 'payg-vcpu': 1000 });
  const names = Array.from({ length: CLUSTERS }, (_, index) => `shop-${index + 1}`);
  const ids = await Promise.all(
    names.map((name, index) =>
      createCluster(seat, { name, regionId: REGIONS[index % REGIONS.length]!, nodes: 3 }),
    ),
  );
  await until('ten running clusters', 60, async () => (await clusterStates(seat))['RUNNING'] === CLUSTERS);
  return ids[0]!;
}
