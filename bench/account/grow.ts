import { setTimeout as sleep } from 'node:timers/promises';
import { UsageMeter, type ResourceUsage } from '../fleet/resource-usage.js';
import { MemorySampler, type Peaks } from '../fleet/sampler.js';
import type { SystemUnderTest } from '../fleet/system-under-test.js';
import type { GraphEndpoint } from '../platform/graph-endpoint.js';
import { raiseQuotas } from '../platform/quotas.js';
import {
  type FinishedOperation,
  waitForOperation,
  scale,
  requestCluster,
  type ClusterRequestResult,
} from './mutations.js';

const REGIONS = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'ap-southeast-1', 'eu-central-1'];
const VCPUS = 4;
/** More nodes than the quotas of vCPUs and of routes allow. */
const NODES_ABOVE_QUOTA = 60;

/** Results of the changes that exceeded a quota. */
export interface QuotaRejections {
  readonly vcpu: FinishedOperation;
  readonly routes: FinishedOperation;
  /** Clusters that were rejected because of the quota of load balancers. */
  readonly loadBalancers: { readonly rejected: number; readonly requested: number };
}

/** One change of the account and its cost. */
export interface Growth extends ResourceUsage {
  readonly resource: string;
  readonly nodes: number;
  /** Nodes of the account afterwards. */
  readonly total: number;
  readonly seconds: number;
  readonly peaks: Peaks;
}

/** Exceeds each quota, raises it through the graph and continues; returns the large pool and the rejected clusters. */
export async function fillQuotas(
  { endpoint }: SystemUnderTest,
  { clusters, nodes }: { readonly clusters: number; readonly nodes: number },
): Promise<{ poolId: string; rejections: QuotaRejections; rejected: readonly string[] }> {
  const first = await requestCluster(endpoint, {
    name: 'large',
    nodes: NODES_ABOVE_QUOTA,
    regionId: REGIONS[0]!,
  });
  const vcpu = await waitForOperation(endpoint, first.operationId ?? '');
  console.log(`100 vCPUs: ${describe(vcpu)}`);
  await raiseQuotas(endpoint, { 'payg-vcpu': (nodes + clusters) * VCPUS });
  const poolId = first.nodePoolId ?? '';
  const routes = await waitForOperation(endpoint, await scale(endpoint, poolId, NODES_ABOVE_QUOTA));
  console.log(`48 routes: ${describe(routes)}`);
  await raiseQuotas(endpoint, { 'custom-routes-per-route-table': nodes + clusters });
  const names = Array.from({ length: clusters - 1 }, (_, index) => `small-${index + 1}`);
  const requests = await Promise.all(names.map((name) => requestSmallCluster(endpoint, name)));
  const rejected = names.filter((_, index) => requests[index]?.exceededQuota === 'load-balancers');
  console.log(`60 load balancers: ${rejected.length} of ${names.length} clusters rejected`);
  await waitForOperations(endpoint, requests);
  await raiseQuotas(endpoint, { 'load-balancers': clusters, 'ACK_PRO/clustersPerAccount': clusters });
  return {
    poolId,
    rejections: { vcpu, routes, loadBalancers: { rejected: rejected.length, requested: names.length } },
    rejected,
  };
}

/** Creates small clusters concurrently and waits until all run. */
export async function addClusters(endpoint: GraphEndpoint, names: readonly string[]): Promise<void> {
  const requests = await Promise.all(names.map((name) => requestSmallCluster(endpoint, name)));
  const rejected = requests.find(({ exceededQuota }) => exceededQuota !== undefined);
  if (rejected) throw new Error(`a cluster exceeded ${rejected.exceededQuota} although it was raised`);
  await waitForOperations(endpoint, requests);
}

/** Scales the large pool and waits until all its nodes run. */
export async function growPool(endpoint: GraphEndpoint, poolId: string, size: number): Promise<void> {
  const finished = await waitForOperation(endpoint, await scale(endpoint, poolId, size));
  if (finished.state !== 'SUCCEEDED') throw new Error(`the pool of ${size} nodes: ${describe(finished)}`);
}

/** Consecutive polls without a job after which the engine counts as idle. */
const IDLE_POLLS = 5;
const POLL_MS = 200;
const MAX_POLLS = 600;

/** Waits until the engine has no jobs, which would count in the next measurement. */
async function waitUntilIdle({ statistics }: SystemUnderTest): Promise<void> {
  for (let polls = 0, idlePolls = 0; idlePolls < IDLE_POLLS; polls += 1) {
    if (polls > MAX_POLLS) throw new Error('the engine did not become idle');
    idlePolls = (await statistics.jobs()) === 0 ? idlePolls + 1 : 0;
    await sleep(POLL_MS);
  }
}

/** Waits for an idle engine, does the work and measures its cost. */
export async function measure(
  system: SystemUnderTest,
  resource: string,
  work: () => Promise<void>,
): Promise<Growth> {
  const { process, databasePid, statistics } = system;
  await waitUntilIdle(system);
  const before = (await statistics.progress()).nodes;
  const usageMeter = await UsageMeter.start(process, databasePid, statistics);
  await using sampler = new MemorySampler({ platform: process.pid, postgres: databasePid });
  const begin = performance.now();
  await work();
  const seconds = (performance.now() - begin) / 1000;
  const usage = await usageMeter.sinceStart();
  const total = (await statistics.progress()).nodes;
  const created = total - before;
  const sql = (usage.work.statements / created).toFixed(1);
  console.log(
    `${resource}: ${created} nodes in ${seconds.toFixed(1)} s, ${sql} SQL statements a node, ${usage.events} events`,
  );
  return { ...usage, resource, nodes: created, total, seconds, peaks: { ...sampler.peaks } };
}

function requestSmallCluster(endpoint: GraphEndpoint, name: string): Promise<ClusterRequestResult> {
  const regionId = REGIONS[Number(name.split('-')[1]) % REGIONS.length]!;
  return requestCluster(endpoint, { name, nodes: 1, regionId });
}

async function waitForOperations(
  endpoint: GraphEndpoint,
  requests: readonly ClusterRequestResult[],
): Promise<void> {
  for (const { operationId } of requests) {
    if (operationId === undefined) continue;
    const finished = await waitForOperation(endpoint, operationId);
    if (finished.state !== 'SUCCEEDED') throw new Error(`a small cluster: ${describe(finished)}`);
  }
}

function describe({ state, created, failed, why }: FinishedOperation): string {
  return `${state}, ${created} created, ${failed} failed${why === undefined ? '' : ` (${why})`}`;
}
