import { setTimeout as sleep } from 'node:timers/promises';
import { UsageMeter, type ResourceUsage } from '../fleet/resource-usage.js';
import { MemorySampler, type Peaks } from '../fleet/sampler.js';
import type { SystemUnderTest } from '../fleet/system-under-test.js';
import type { GraphEndpoint } from '../platform/graph-endpoint.js';
import { raiseQuotas } from '../platform/quotas.js';
import {
  type FinishedOperation,
  operationEnd,
  scale,
  requestCluster,
  type ClusterRequestResult,
} from './mutations.js';

const REGIONS = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'ap-southeast-1', 'eu-central-1'];
const VCPUS = 4;
/** More than one vCPU quota, and more than one route table, has room for. */
const TOO_MANY = 60;

/** What stopped the account before its quotas were raised. */
export interface QuotaRejections {
  readonly vcpu: FinishedOperation;
  readonly routes: FinishedOperation;
  /** Clusters that were refused for want of a load balancer, of how many. */
  readonly balancers: { readonly refused: number; readonly asked: number };
}

/** One growth and what it cost. */
export interface Growth extends ResourceUsage {
  readonly what: string;
  readonly nodes: number;
  /** Nodes of the account when it had ended. */
  readonly total: number;
  readonly seconds: number;
  readonly peaks: Peaks;
}

/** Runs into each quota, raises it through the graph, and goes on; answers the large pool and the refusals. */
export async function fillQuotas(
  { endpoint }: SystemUnderTest,
  { clusters, nodes }: { readonly clusters: number; readonly nodes: number },
): Promise<{ poolId: string; refusals: QuotaRejections; refused: readonly string[] }> {
  const first = await requestCluster(endpoint, { name: 'large', nodes: TOO_MANY, regionId: REGIONS[0]! });
  const vcpu = await operationEnd(endpoint, first.operationId ?? '');
  say(`100 vCPUs: ${outcome(vcpu)}`);
  await raiseQuotas(endpoint, { 'payg-vcpu': (nodes + clusters) * VCPUS });
  const poolId = first.nodePoolId ?? '';
  const routes = await operationEnd(endpoint, await scale(endpoint, poolId, TOO_MANY));
  say(`48 routes: ${outcome(routes)}`);
  await raiseQuotas(endpoint, { 'custom-routes-per-route-table': nodes + clusters });
  const names = Array.from({ length: clusters - 1 }, (_, index) => `small-${index + 1}`);
  const requests = await Promise.all(names.map((name) => small(endpoint, name)));
  const refused = names.filter((_, index) => requests[index]?.refusedBy === 'load-balancers');
  say(`60 load balancers: ${refused.length} of ${names.length} clusters refused`);
  await allEnded(endpoint, requests);
  await raiseQuotas(endpoint, { 'load-balancers': clusters, 'ACK_PRO/clustersPerAccount': clusters });
  return {
    poolId,
    refusals: { vcpu, routes, balancers: { refused: refused.length, asked: names.length } },
    refused,
  };
}

/** Asks for small clusters at once and waits until all run. */
export async function addClusters(endpoint: GraphEndpoint, names: readonly string[]): Promise<void> {
  const requests = await Promise.all(names.map((name) => small(endpoint, name)));
  const refused = requests.find(({ refusedBy }) => refusedBy !== undefined);
  if (refused) throw new Error(`${refused.refusedBy} refused a cluster although it was raised`);
  await allEnded(endpoint, requests);
}

/** Scales the large pool and waits until all its nodes run. */
export async function growPool(endpoint: GraphEndpoint, poolId: string, size: number): Promise<void> {
  const ended = await operationEnd(endpoint, await scale(endpoint, poolId, size));
  if (ended.state !== 'SUCCEEDED') throw new Error(`the pool of ${size} nodes: ${outcome(ended)}`);
}

/** Looks without a job, one behind the other, after which what came before is taken to be over. */
const IDLE_POLLS = 5;
const POLL_MS = 200;
const MAX_POLLS = 600;

/** Waits until the engine has nothing left to do, so that nothing of one growth is counted as the next one's. */
async function waitUntilIdle({ statistics }: SystemUnderTest): Promise<void> {
  for (let looks = 0, quietLooks = 0; quietLooks < IDLE_POLLS; looks += 1) {
    if (looks > MAX_POLLS) throw new Error('the engine has not come to rest');
    quietLooks = (await statistics.jobs()) === 0 ? quietLooks + 1 : 0;
    await sleep(POLL_MS);
  }
}

/** Does the work, on a platform that has come to rest, and takes what it cost. */
export async function measured(
  subject: SystemUnderTest,
  what: string,
  work: () => Promise<void>,
): Promise<Growth> {
  const { process, databasePid, statistics } = subject;
  await waitUntilIdle(subject);
  const before = (await statistics.progress()).nodes;
  const expenses = await UsageMeter.start(process, databasePid, statistics);
  await using sampler = new MemorySampler({ platform: process.pid, postgres: databasePid });
  const begin = performance.now();
  await work();
  const seconds = (performance.now() - begin) / 1000;
  const spent = await expenses.sinceStart();
  const total = (await statistics.progress()).nodes;
  const made = total - before;
  const sql = (spent.work.statements / made).toFixed(1);
  say(`${what}: ${made} nodes in ${seconds.toFixed(1)} s, ${sql} SQL statements and ${spent.events} events`);
  return { ...spent, what, nodes: total - before, total, seconds, peaks: { ...sampler.peaks } };
}

function small(endpoint: GraphEndpoint, name: string): Promise<ClusterRequestResult> {
  const regionId = REGIONS[Number(name.split('-')[1]) % REGIONS.length]!;
  return requestCluster(endpoint, { name, nodes: 1, regionId });
}

async function allEnded(endpoint: GraphEndpoint, requests: readonly ClusterRequestResult[]): Promise<void> {
  for (const { operationId } of requests) {
    if (operationId === undefined) continue;
    const ended = await operationEnd(endpoint, operationId);
    if (ended.state !== 'SUCCEEDED') throw new Error(`a small cluster: ${outcome(ended)}`);
  }
}

function outcome({ state, created, failed, why }: FinishedOperation): string {
  return `${state}, ${created} made, ${failed} not${why === undefined ? '' : ` (${why})`}`;
}

function say(text: string): void {
  console.log(text);
}
