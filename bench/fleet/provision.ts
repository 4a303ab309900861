import { createCluster } from '../platform/clusters.js';
import type { GraphEndpoint } from '../platform/graph-endpoint.js';
import type { FleetStatistics } from './statistics.store.js';

/** What is asked for. */
export interface FleetInput {
  readonly clusters: number;
  readonly nodesEach: number;
  /** Seconds until it is given up. */
  readonly deadline: number;
}

export interface Provisioned {
  /** Seconds until every mutation was answered. */
  readonly accepted: number;
  /** Milliseconds that each mutation took. */
  readonly latencies: number[];
  /** Seconds until every cluster was running. */
  readonly wall: number;
}

const REGIONS = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'ap-southeast-1', 'eu-central-1'];

/** Asks for all clusters at once and waits until all run. Throws when they do not within the deadline. */
export async function provision(
  endpoint: GraphEndpoint,
  statistics: FleetStatistics,
  fleet: FleetInput,
): Promise<Provisioned> {
  const begin = performance.now();
  const latencies: number[] = [];
  await Promise.all(
    Array.from({ length: fleet.clusters }, async (_, index) => {
      const regionId = REGIONS[index % REGIONS.length]!;
      await createCluster(endpoint, { name: `fleet-${index + 1}`, regionId, nodes: fleet.nodesEach });
      latencies.push(performance.now() - begin);
    }),
  );
  const accepted = seconds(begin);
  console.log(`${clock(begin)}  all ${fleet.clusters} mutations answered`);
  await allRunning(statistics, fleet, begin);
  return { accepted, latencies, wall: seconds(begin) };
}

async function allRunning(statistics: FleetStatistics, fleet: FleetInput, begin: number): Promise<void> {
  let told = seconds(begin);
  for (;;) {
    const { running, nodes } = await statistics.progress();
    if (running === fleet.clusters) return;
    if (seconds(begin) > fleet.deadline) {
      throw new Error(`after ${fleet.deadline} s only ${running} of ${fleet.clusters} clusters run`);
    }
    if (seconds(begin) - told >= 2) {
      console.log(`${clock(begin)}  ${running} clusters, ${nodes} nodes running`);
      told = seconds(begin);
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

function clock(begin: number): string {
  return `${seconds(begin).toFixed(1).padStart(6)} s`;
}

function seconds(begin: number): number {
  return (performance.now() - begin) / 1000;
}
