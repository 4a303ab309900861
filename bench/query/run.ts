import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from 'undici';
import { hostInfo, hostInfoLine } from '../host-info.js';
import { clusterStates, createCluster, NODE_VCPUS } from '../platform/clusters.js';
import { countingStatements, startDatabase } from '../platform/database.js';
import { queryGraph, type GraphEndpoint, until } from '../platform/graph-endpoint.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { startPlatform } from '../platform/process.js';
import { raiseQuotas } from '../platform/quotas.js';
import { keepInReadme, keepResults, table } from '../report.js';
import { percentile } from '../statistics.js';
import { PLAIN_STATEMENTS, PlainFleet } from './plain-sql.store.js';
import { StatementCounter } from './statement-counter.store.js';
import { operatorTokenOf } from '../platform/operator.js';

const ACCOUNT = 'dev';
const NODES_EACH = 3;
const DEADLINE_SECONDS = 240;

const FLEET = `query Fleet {
  clusters(first: 100) {
    nodes {
      id name state product version { id }
      region { id localName city }
      nodePools(first: 10) { nodes { id name state desiredSize totalNodes } }
      quotas { resource limit used }
      operations(first: 1) { nodes { id type state progress } }
    }
  }
}`;

interface QueryFigures {
  readonly clusters: number;
  readonly statements: number;
  /** Milliseconds of each answer, in order. */
  readonly graph: readonly number[];
  readonly plain: readonly number[];
}

/** One query over the whole fleet beside plain SQL for the same rows, in turns on the same database. */
export async function queryBench(
  { quick, folder }: { readonly quick: boolean; readonly folder: string },
  started: AsyncDisposableStack,
): Promise<void> {
  const before = hostInfo();
  const clusters = quick ? 10 : 100;
  const database = await disposeOnExit(started, startDatabase(folder, true, countingStatements));
  const home = join(folder, 'home');
  const platform = await disposeOnExit(started, startPlatform(home, database.url, 1_000));
  const token = (await readFile(join(home, 'token'), 'utf8')).trim();
  const endpoint: GraphEndpoint = {
    url: platform.url,
    token,
    operator: await operatorTokenOf(home),
    agent: started.adopt(new Agent(), (agent) => agent.close()),
  };
  await makeFleet(endpoint, clusters);
  const plain = await disposeOnExit(started, PlainFleet.open(database.url));
  const counter = await disposeOnExit(started, StatementCounter.open(database.url));
  const figures = await measure({ endpoint, plain, counter, clusters, rounds: quick ? 20 : 300 });
  const text = `${queryTable(figures)}\n\n${hostInfoLine(before)}`;
  console.log(`\n${text}\n`);
  if (quick) return;
  console.log(`Kept in ${await keepResults('query', { machine: before, figures })}`);
  await keepInReadme('query', text);
}

async function makeFleet(endpoint: GraphEndpoint, clusters: number): Promise<void> {
  await raiseQuotas(endpoint, {
    'ACK_PRO/clustersPerAccount': clusters,
    'load-balancers': clusters,
    'payg-vcpu': clusters * NODES_EACH * NODE_VCPUS,
  });
  for (let index = 0; index < clusters; index++)
    await createCluster(endpoint, { name: `fleet-${index}`, regionId: 'cn-hangzhou', nodes: NODES_EACH });
  const running = async () => (await clusterStates(endpoint)).RUNNING === clusters;
  await until(`${clusters} running clusters`, DEADLINE_SECONDS, running);
}

interface Contest {
  readonly endpoint: GraphEndpoint;
  readonly plain: PlainFleet;
  readonly counter: StatementCounter;
  readonly clusters: number;
  readonly rounds: number;
}

async function measure({ endpoint, plain, counter, clusters, rounds }: Contest): Promise<QueryFigures> {
  const askGraph = async () => {
    const answer = await queryGraph<{ clusters: { nodes: unknown[] } }>(endpoint, FLEET);
    if (answer.clusters.nodes.length !== clusters) throw new Error('the graph shows another fleet');
  };
  const askPlain = async () => {
    if ((await plain.read(ACCOUNT)) !== clusters) throw new Error('plain SQL shows another fleet');
  };
  for (let warmUp = 0; warmUp < rounds / 4; warmUp++) {
    await askGraph();
    await askPlain();
  }
  const statements = await counter.perCall(askGraph, 50);
  const graph: number[] = [];
  const sql: number[] = [];
  for (let round = 0; round < rounds; round++) {
    graph.push(await milliseconds(askGraph));
    sql.push(await milliseconds(askPlain));
  }
  return { clusters, statements, graph, plain: sql };
}

async function milliseconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function queryTable({ clusters, statements, graph, plain }: QueryFigures): string {
  const row = (name: string, count: number, times: readonly number[]) => [
    name,
    String(count),
    percentile(times, 0.5).toFixed(1),
    percentile(times, 0.99).toFixed(1),
  ];
  const ratio = percentile(graph, 0.5) / percentile(plain, 0.5);
  const rows = [
    row('the graph, over HTTP', statements, graph),
    row('plain SQL, one connection', PLAIN_STATEMENTS, plain),
  ];
  return `**${clusters} clusters** with their pools, region, quotas and latest operation; ${graph.length} rounds, in turns

${table(['', 'SQL statements', 'p50 ms', 'p99 ms'], rows)}

The graph takes ${ratio.toFixed(1)} times as long as plain SQL at the median.`;
}
