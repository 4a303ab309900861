import { table } from '../report.js';
import { percentile } from '../statistics.js';
import type { Comparison } from './comparison.js';
import { answerOf } from './load.js';
import { inTurn } from './rounds.js';

/** How long a gateway takes for operations that it has never seen. */
export interface UncachedPlanFigures {
  readonly contestant: string;
  readonly operations: number;
  /** Milliseconds from sending to the answer. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * Asks every gateway for one operation after the other, each of them new: two gateways are never asked for the same one,
 * so that the subgraphs that they share see every text for the first time, too. Another one begins each time, and every
 * other time they come in the opposite order, so that nobody always follows the same one.
 */
export async function uncachedPlans(
  { contestants, newOperations }: Comparison,
  quick: boolean,
): Promise<UncachedPlanFigures[]> {
  if (!newOperations) return [];
  // Thirty of them are slower than the 99th percentile: few moments of the machine that hit one and not the other settle
  // nothing. Of a thousand it was 0.8 to 1.2 times another's from run to run.
  const operations = quick ? 20 : 3000;
  // The last one only writes known answers.
  const latencies = contestants.slice(0, -1).map((contestant) => ({ contestant, all: [] as number[] }));
  let asked = 0;
  for (let i = 0; i < operations; i++) {
    const order = inTurn(latencies, i);
    for (const { contestant, all } of i % 2 === 0 ? order : order.reverse()) {
      const operation = newOperations(asked);
      asked += 1;
      const sent = performance.now();
      await answerOf(contestant, operation);
      all.push(performance.now() - sent);
    }
  }
  return latencies.map(({ contestant: { name }, all }) => ({
    contestant: name,
    operations,
    p50: percentile(all, 0.5),
    p99: percentile(all, 0.99),
  }));
}

/** The figures as a titled table. */
export function uncachedPlansTable(figures: readonly UncachedPlanFigures[]): string {
  const rows = figures.map(({ contestant, p50, p99 }) => [contestant, p50.toFixed(1), p99.toFixed(1)]);
  const many = figures[0]?.operations ?? 0;
  return `**New operations**: ${many} for each gateway that nobody has seen, three levels over the demo's four subgraphs, one after the other\n\n${table(['', 'p50 ms', 'p99 ms'], rows)}`;
}
