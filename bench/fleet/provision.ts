import { createCluster } from '../platform/clusters.js';
import type { GraphEndpoint } from '../platform/graph-endpoint.js';
import type { FleetStatistics } from './statistics.store.js';

/** The fleet to create. */
export interface FleetInput {
  readonly clusters: number;
  readonly nodesEach: number;
  /** Seconds until the benchmark fails. */
  readonly deadline: number;
}

export interface Provisioned {
  /** Seconds until every mutation had returned. */
  readonly accepted: number;
  /** Milliseconds of each mutation. */
  readonly latencies: number[];
  /** Seconds until every cluster was running. */
  readonly wall: number;
}

const REGIONS = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'ap-southeast-1', 'eu-central-1'];

/** Creates all clusters concurrently and waits until all run. Throws after the deadline. */
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
  console.log(`${clock(begin)}  all ${fleet.clusters} mutations returned`);
  await waitUntilRunning(statistics, fleet, begin);
  return { accepted, latencies, wall: seconds(begin) };
}

async function waitUntilRunning(
  statistics: FleetStatistics,
  fleet: FleetInput,
  begin: number,
): Promise<void> {
  let loggedAt = seconds(begin);
  for (;;) {
    const { running, nodes } = await statistics.progress();
    if (running === fleet.clusters) return;
    if (seconds(begin) > fleet.deadline) {
      throw new Error(`after ${fleet.deadline} s only ${running} of ${fleet.clusters} clusters run`);
    }
    if (seconds(begin) - loggedAt >= 2) {
      console.log(`${clock(begin)}  ${running} clusters, ${nodes} nodes running`);
      loggedAt = seconds(begin);
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
