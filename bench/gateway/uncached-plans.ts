import { table } from '../table.js';
import { percentile } from '../statistics.js';
import type { Comparison } from './comparison.js';
import { sendOnce } from './load.js';
import { rotated } from './rounds.js';

/** Latency of operations that a gateway has not planned before. */
export interface UncachedPlanFigures {
  readonly gateway: string;
  readonly operations: number;
  /** Milliseconds from sending the request to the end of the response. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * Sends every gateway new operations, one at a time. No two gateways get the same operation, because the subgraphs that they
 * share would have parsed it for the second one. The order rotates and every second round is reversed, so that no gateway
 * always runs after the same other one.
 */
export async function uncachedPlans(
  { gateways, newOperations }: Comparison,
  quick: boolean,
): Promise<UncachedPlanFigures[]> {
  if (!newOperations) return [];
  // 30 of 3,000 latencies are above the 99th percentile. With 1,000 operations the ratio of two gateways varied between 0.8
  // and 1.2 from run to run.
  const operations = quick ? 20 : 3000;
  // The last server is the baseline, which plans nothing.
  const latencies = gateways.slice(0, -1).map((gateway) => ({ gateway, all: [] as number[] }));
  let sentOperations = 0;
  for (let i = 0; i < operations; i++) {
    const order = rotated(latencies, i);
    for (const { gateway, all } of i % 2 === 0 ? order : order.reverse()) {
      const operation = newOperations(sentOperations);
      sentOperations += 1;
      const sent = performance.now();
      await sendOnce(gateway, operation);
      all.push(performance.now() - sent);
    }
  }
  return latencies.map(({ gateway: { name }, all }) => ({
    gateway: name,
    operations,
    p50: percentile(all, 0.5),
    p99: percentile(all, 0.99),
  }));
}

/** The figures as a titled table. */
export function uncachedPlansTable(figures: readonly UncachedPlanFigures[]): string {
  const rows = figures.map(({ gateway, p50, p99 }) => [gateway, p50.toFixed(1), p99.toFixed(1)]);
  const operations = figures[0]?.operations ?? 0;
  return `**New operations**: ${operations} for each gateway, each sent once, three levels over the demo's four subgraphs, one at a time\n\n${table(['', 'p50 ms', 'p99 ms'], rows)}`;
}
