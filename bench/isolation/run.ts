import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { mintAccessToken } from '../../access/access-token.js';
import { hostInfo } from '../host-info.js';
import { clusterStates, createCluster, NODE_VCPUS } from '../platform/clusters.js';
import { startDatabase } from '../platform/database.js';
import { type GraphEndpoint, until } from '../platform/graph-endpoint.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { startPlatform } from '../platform/process.js';
import { raiseQuotas } from '../platform/quotas.js';
import type { AttackOptions } from './attack.js';
import type { AttackResponses } from './attacker.js';
import { type Latencies, measureKnownQuery } from './known-query.js';
import { isolationReport, type WorkloadResult } from './summary.js';
import type { Workload } from './workload.js';
import { workloads } from './workloads.js';
import { accountScopes } from '../../access/scopes.js';
import { operatorToken } from '../platform/operator.js';

const NODES_EACH = 1;
const DEADLINE_SECONDS = 240;
const ATTACK = new URL('./attack.js', import.meta.url);

export interface IsolationOptions {
  readonly quick: boolean;
  readonly folder: string;
  /** Names of workloads. Default all. The results of a part are only printed. */
  readonly only?: readonly string[] | undefined;
}

/** Measures one account's query while another account sends each workload. */
export async function isolationBench(
  { quick, folder, only }: IsolationOptions,
  started: AsyncDisposableStack,
): Promise<void> {
  const machine = hostInfo();
  const seconds = quick ? 3 : 20;
  const secret = randomBytes(32).toString('base64url');
  const database = await disposeOnExit(started, startDatabase(folder, true));
  const settings = { AUTH_SECRET: secret };
  const platform = await disposeOnExit(
    started,
    startPlatform(join(folder, 'home'), database.url, 1_000, settings),
  );
  const endpoint = async (account: string): Promise<GraphEndpoint> => ({
    url: platform.url,
    token: await mintAccessToken(secret, {
      ...{ account, subject: 'bench', ttlSeconds: 3600, scopes: accountScopes },
    }),
    operator: await operatorToken(secret),
  });
  const [victim, attacker] = await Promise.all([endpoint('victim'), endpoint('attacker')]);
  const clusterIds = await createClusters(attacker, quick ? 4 : 36);
  await createClusters(victim, 3);
  await measureKnownQuery(victim, seconds);
  const idle = await measureKnownQuery(victim, seconds);
  const results: WorkloadResult[] = [];
  for (const workload of workloads) {
    if (only && !only.includes(workload.name)) continue;
    const options = { ...attacker, clusterIds, workload: workload.name };
    const result = await measureDuring(workload, options, () => measureKnownQuery(victim, seconds));
    console.log(workload.name, result.responses);
    results.push(result);
    await until('an idle platform', DEADLINE_SECONDS, async () => {
      const { query } = await measureKnownQuery(victim, 1);
      return Math.max(...query) < 500;
    });
  }
  await isolationReport.publish({ machine, idle, results }, { quick: quick || only !== undefined });
}

async function measureDuring(
  { name, description }: Workload,
  options: AttackOptions,
  measure: () => Promise<Latencies>,
): Promise<WorkloadResult> {
  const attack = new Worker(ATTACK, { workerData: options });
  const ended = new Promise<void>((resolve) => attack.once('exit', () => resolve()));
  await once(attack, 'message');
  const responses = new Promise<AttackResponses>((resolve, reject) => {
    attack.once('message', resolve);
    attack.once('error', reject);
  });
  const [latencies] = await Promise.all([measure().finally(() => attack.postMessage('stop')), responses]);
  await ended;
  return { name, description, responses: await responses, latencies };
}

/** Creates clusters and waits until they run; returns their ids. */
async function createClusters(endpoint: GraphEndpoint, clusters: number): Promise<string[]> {
  await raiseQuotas(endpoint, {
    'ACK_PRO/clustersPerAccount': clusters,
    'load-balancers': clusters,
    'payg-vcpu': clusters * NODES_EACH * NODE_VCPUS,
  });
  const ids: string[] = [];
  for (let index = 0; index < clusters; index++)
    ids.push(
      await createCluster(endpoint, { name: `own-${index}`, regionId: 'cn-hangzhou', nodes: NODES_EACH }),
    );
  const running = async () => (await clusterStates(endpoint))['RUNNING'] === clusters;
  await until(`${clusters} running clusters`, DEADLINE_SECONDS, running);
  return ids;
}
