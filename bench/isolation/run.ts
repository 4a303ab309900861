import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { mintAccessToken } from '../../access/access-token.js';
import { hostInfo, hostInfoLine } from '../host-info.js';
import { clusterStates, createCluster, NODE_VCPUS } from '../platform/clusters.js';
import { startDatabase } from '../platform/database.js';
import { type GraphEndpoint, until } from '../platform/graph-endpoint.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { startPlatform } from '../platform/process.js';
import { raiseQuotas } from '../platform/quotas.js';
import { keepInReadme, keepResults } from '../report.js';
import type { AttackOptions } from './attack.js';
import type { Answers } from './attacker.js';
import { type Latencies, measureKnownQuery } from './known-query.js';
import { type Isolation, isolationTable } from './summary.js';
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
  /** Names of workloads; default all. A run of a part is printed, not kept. */
  readonly only?: readonly string[] | undefined;
}

/** What another account notices of the worst that one account may send, each beside a platform that is idle otherwise. */
export async function isolationBench(
  { quick, folder, only }: IsolationOptions,
  started: AsyncDisposableStack,
): Promise<void> {
  const before = hostInfo();
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
  const clusterIds = await makeClusters(attacker, quick ? 4 : 36);
  await makeClusters(victim, 3);
  await measureKnownQuery(victim, seconds);
  const idle = await measureKnownQuery(victim, seconds);
  const results: Isolation[] = [];
  for (const workload of workloads) {
    if (only && !only.includes(workload.name)) continue;
    const options = { ...attacker, clusterIds, workload: workload.name };
    const result = await beside(workload, options, () => measureKnownQuery(victim, seconds));
    console.log(workload.name, result.answers);
    results.push(result);
    await until('a platform at rest', DEADLINE_SECONDS, async () => {
      const { query } = await measureKnownQuery(victim, 1);
      return Math.max(...query) < 500;
    });
  }
  const text = `${isolationTable(idle, results)}\n\n${hostInfoLine(before)}`;
  console.log(`\n${text}\n`);
  if (quick || only) return;
  console.log(`Kept in ${await keepResults('isolation', { machine: before, idle, results })}`);
  await keepInReadme('isolation', text);
}

async function beside(
  { name, sentence }: Workload,
  options: AttackOptions,
  measure: () => Promise<Latencies>,
): Promise<Isolation> {
  const attack = new Worker(ATTACK, { workerData: options });
  const ended = new Promise<void>((resolve) => attack.once('exit', () => resolve()));
  await once(attack, 'message');
  const answers = new Promise<Answers>((resolve, reject) => {
    attack.once('message', resolve);
    attack.once('error', reject);
  });
  const [latencies] = await Promise.all([measure().finally(() => attack.postMessage('stop')), answers]);
  await ended;
  return { name, sentence, answers: await answers, latencies };
}

/** Running clusters; answers their ids. */
async function makeClusters(endpoint: GraphEndpoint, clusters: number): Promise<string[]> {
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
