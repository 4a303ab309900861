import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../kernel/root.js';
import { machine, machineLine } from '../machine.js';
import { clusterStates, createCluster } from '../platform/clusters.js';
import { startDatabase } from '../platform/database.js';
import { hold } from '../platform/hold.js';
import { type Seat, until } from '../platform/graph.js';
import { raiseQuotas } from '../platform/quotas.js';
import type { BenchProcess } from '../platform/process.js';
import { keepInReadme, keepResults } from '../report.js';
import { percentile } from '../statistics.js';
import { benchActors } from './actors.js';
import { startApart } from './apart.js';
import { type Contestant, startFloor, startPeers } from './contestants.js';
import { installPeers } from './install-peers.js';
import { type BenchQuery, benchQueries } from './queries.js';
import { runRounds, type Turn } from './rounds.js';
import { gatewayTable, summarize } from './summary.js';
import { type Verified, verify } from './verify.js';

const ACCOUNT = 'bench';
const CONNECTIONS = 8;
const CLUSTERS = 10;
/** Rounds at the most, and the seconds after which no further one begins. */
const WHOLE = { rounds: 5, seconds: 130 };
const QUICK = { rounds: 2, seconds: 60 };
const REGIONS = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'ap-southeast-1', 'eu-central-1'];

interface GatewayBenchOptions {
  readonly quick: boolean;
  /** For the files that others read. */
  readonly folder: string;
}

/** What takes part in the measurement. */
interface Field {
  readonly contestants: readonly Contestant[];
  readonly queries: readonly BenchQuery[];
  readonly subgraphs: readonly BenchProcess[];
  readonly bytes: Verified['bytes'];
}

/** Measures our gateway beside others on the same subgraph processes, prints the tables and keeps them. */
export async function gatewayBench(
  { quick, folder }: GatewayBenchOptions,
  started: AsyncDisposableStack,
): Promise<void> {
  await installPeers();
  const before = machine();
  const field = await startField({ quick, folder }, started);
  const turns = await runRounds({ ...field, ...(quick ? QUICK : WHOLE) });
  const results = field.queries.map((query) => ({ query, figures: summarize(turns, query.name) }));
  const floor = field.contestants.at(-1)!;
  const tables = results.map(({ query, figures }) =>
    gatewayTable(query, field.bytes.get(floor)?.[query.name] ?? NaN, figures),
  );
  const text = [...tables, machineLine(before)].join('\n\n');
  console.log(`\n${text}\n`);
  if (quick) return;
  const kept = { machine: before, versions: await peerVersions(), connections: CONNECTIONS, results };
  console.log(`Kept in ${await keepResults('gateway', { ...kept, turns: turns.map(withPercentiles) })}`);
  await keepInReadme('gateway', text);
}

/** Starts and fills the platform, starts everybody else, and checks that all answer the same. */
async function startField(
  { quick, folder }: GatewayBenchOptions,
  started: AsyncDisposableStack,
): Promise<Field> {
  const secrets = { platform: randomSecret(), auth: randomSecret() };
  const database = await hold(started, startDatabase(folder, false));
  const platform = await startApart(database.url, secrets, started);
  const actors = await benchActors(ACCOUNT, CONNECTIONS, secrets);
  const url = `${platform.gateway.url}/graphql`;
  const clusterId = await fill({ url, token: actors[0]!.bearer });
  // From here on nothing but the requests runs.
  await platform.movers.disposeAsync();

  const queries = benchQueries(clusterId, quick);
  const connections = actors.map(({ bearer }) => ({ authorization: `Bearer ${bearer}` }));
  const ours: Contestant = { name: 'Fleetgraph', process: platform.gateway, url, connections };
  const peers = await startPeers({ folder, supergraphSdl: platform.supergraphSdl, actors }, started);
  const { answers, bytes } = await verify([ours, ...peers], queries);
  const floor = await startFloor({ folder, actors }, answers, started);
  const ofFloor = await verify([floor], queries, answers);
  return {
    contestants: [ours, ...peers, floor],
    queries,
    subgraphs: platform.subgraphs,
    bytes: new Map([...bytes, ...ofFloor.bytes]),
  };
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A turn as it is kept: thousands of single latencies say no more than these. */
function withPercentiles({ latencies, ...turn }: Turn) {
  return { ...turn, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
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

async function peerVersions(): Promise<Record<string, string>> {
  const manifest = await readFile(join(packageRoot, 'bench/peers/package.json'), 'utf8');
  return (JSON.parse(manifest) as { dependencies: Record<string, string> }).dependencies;
}
