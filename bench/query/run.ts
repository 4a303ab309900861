import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from 'undici';
import { hostInfo } from '../host-info.js';
import { clusterStates, createCluster, NODE_VCPUS } from '../platform/clusters.js';
import { countingStatements, startDatabase } from '../platform/database.js';
import { queryGraph, type GraphEndpoint, until } from '../platform/graph-endpoint.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { startPlatform } from '../platform/process.js';
import { raiseQuotas } from '../platform/quotas.js';
import { PlainFleet } from './plain-sql.store.js';
import { StatementCounter } from './statement-counter.store.js';
import { type QueryFigures, queryReport } from './summary.js';
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

/** Measures one query over the whole fleet and plain SQL for the same rows, in turns on the same database. */
export async function queryBench(
  { quick, folder }: { readonly quick: boolean; readonly folder: string },
  started: AsyncDisposableStack,
): Promise<void> {
  const machine = hostInfo();
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
  await createFleet(endpoint, clusters);
  const plain = await disposeOnExit(started, PlainFleet.open(database.url));
  const counter = await disposeOnExit(started, StatementCounter.open(database.url));
  const figures = await measure({ endpoint, plain, counter, clusters, rounds: quick ? 20 : 300 });
  await queryReport.publish({ machine, figures }, { quick });
}

async function createFleet(endpoint: GraphEndpoint, clusters: number): Promise<void> {
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

interface MeasureOptions {
  readonly endpoint: GraphEndpoint;
  readonly plain: PlainFleet;
  readonly counter: StatementCounter;
  readonly clusters: number;
  readonly rounds: number;
}

async function measure({
  endpoint,
  plain,
  counter,
  clusters,
  rounds,
}: MeasureOptions): Promise<QueryFigures> {
  const readGraph = async () => {
    const data = await queryGraph<{ clusters: { nodes: unknown[] } }>(endpoint, FLEET);
    if (data.clusters.nodes.length !== clusters)
      throw new Error(`the graph shows ${data.clusters.nodes.length} of ${clusters} clusters`);
  };
  const readPlain = async () => {
    if ((await plain.read(ACCOUNT)) !== clusters)
      throw new Error(`plain SQL does not return ${clusters} clusters`);
  };
  for (let warmUp = 0; warmUp < rounds / 4; warmUp++) {
    await readGraph();
    await readPlain();
  }
  const statements = await counter.perCall(readGraph, 50);
  const graph: number[] = [];
  const sql: number[] = [];
  for (let round = 0; round < rounds; round++) {
    graph.push(await milliseconds(readGraph));
    sql.push(await milliseconds(readPlain));
  }
  return { clusters, statements, graph, plain: sql };
}

async function milliseconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
