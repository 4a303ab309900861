import { join } from 'node:path';
import { nodeOptions } from '../../kernel/process/node-options.js';
import { packageRoot } from '../../kernel/package-root.js';
import { startDatabase } from '../platform/database.js';
import { clusterStates, createCluster } from '../platform/clusters.js';
import { type GraphEndpoint, until } from '../platform/graph-endpoint.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { startProcess } from '../platform/process.js';
import { raiseQuotas } from '../platform/quotas.js';
import type { BenchActor, BenchSecrets } from './actors.js';
import { startMultiProcessPlatform } from './separate-processes.js';
import { IN_PROCESS, startPeers } from './gateways.js';
import { type Comparison, withBaseline } from './comparison.js';
import { benchQueries } from './queries.js';
import { operatorToken } from '../platform/operator.js';

const CLUSTERS = 10;
const REGIONS = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'ap-southeast-1', 'eu-central-1'];

export interface PlatformComparisonOptions {
  /** A folder of its own for the files that the gateways read. */
  readonly folder: string;
  readonly actors: readonly BenchActor[];
  readonly secrets: BenchSecrets;
}

/** The platform with ten clusters: Fleetgraph's gateway and the others on the same subgraph processes. */
export async function platformComparison(
  { folder, actors, secrets }: PlatformComparisonOptions,
  started: AsyncDisposableStack,
): Promise<Comparison> {
  const database = await disposeOnExit(started, startDatabase(folder, false));
  const platform = await startMultiProcessPlatform(database.url, secrets, started);
  const url = `${platform.gateway.url}/graphql`;
  const clusterId = await createClusters({
    url,
    token: actors[0]!.bearer,
    operator: await operatorToken(secrets.auth),
  });
  // Their CPU time must not disturb the measurement.
  await platform.engineAndCloud.disposeAsync();
  const connections = actors.map(({ bearer }) => ({ authorization: `Bearer ${bearer}` }));
  const ours = [
    { name: 'Fleetgraph', process: platform.gateway },
    { name: IN_PROCESS, process: await startInProcess(database.url, secrets, started) },
  ].map(({ name, process }) => ({ name, process, url: `${process.url}/graphql`, connections, ours: true }));
  const peers = await startPeers({ folder, supergraphSdl: platform.supergraphSdl, actors }, started);
  const comparison = {
    gateways: [...ours, ...peers],
    queries: benchQueries(clusterId),
    subgraphs: platform.subgraphs,
  };
  return withBaseline(comparison, { folder, actors }, started);
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
  return disposeOnExit(started, startProcess({ name: IN_PROCESS, args: [...nodeOptions, script], env }));
}

/** Creates ten clusters of three nodes each and waits until they run; returns the id of one. */
async function createClusters(endpoint: GraphEndpoint): Promise<string> {
  await raiseQuotas(endpoint, { 'ACK_PRO/clustersPerAccount': 100, 'payg-vcpu': 1000 });
  const names = Array.from({ length: CLUSTERS }, (_, index) => `shop-${index + 1}`);
  const ids = await Promise.all(
    names.map((name, index) =>
      createCluster(endpoint, { name, regionId: REGIONS[index % REGIONS.length]!, nodes: 3 }),
    ),
  );
  await until(
    'ten running clusters',
    60,
    async () => (await clusterStates(endpoint))['RUNNING'] === CLUSTERS,
  );
  return ids[0]!;
}
