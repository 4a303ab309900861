import { table } from '../report.js';
import { percentile } from '../statistics.js';
import type { Answers } from './attacker.js';
import type { Latencies } from './known-query.js';

/** What was measured beside one workload. */
export interface Isolation {
  readonly name: string;
  readonly sentence: string;
  readonly answers: Answers;
  readonly latencies: Latencies;
}

/** Milliseconds under which the known query's 99th percentile is to stay on two cores. */
const TARGET = 250;

/** The known query beside each workload, and beside nothing. */
export function isolationTable(idle: Latencies, results: readonly Isolation[]): string {
  const base = percentile(idle.query, 0.99);
  const times = ({ query, health, failures }: Latencies) => [
    percentile(query, 0.5).toFixed(1),
    percentile(query, 0.99).toFixed(1),
    (percentile(query, 0.99) / base).toFixed(1),
    percentile(health, 0.99).toFixed(1),
    String(failures),
  ];
  const rows = results.map(({ name, answers, latencies }) => [
    name,
    ...times(latencies),
    Object.entries(answers.byCode)
      .map(([code, count]) => `${count} ${code}`)
      .join(', '),
    (answers.bytes / 1e6).toFixed(1),
  ]);
  const missed = results.filter(({ latencies }) => percentile(latencies.query, 0.99) >= TARGET);
  const verdict =
    missed.length === 0
      ? `Every one leaves it below ${TARGET} ms.`
      : `Above ${TARGET} ms: ${missed.map(({ name }) => name).join(', ')}.`;
  const head = ['beside', 'p50 ms', 'p99 ms', '÷ idle', '/healthz p99 ms', 'failed', 'answers', 'MB'];
  return `${table(head, [['nothing', ...times(idle), '', ''], ...rows])}

${verdict}

${results.map(({ name, sentence }) => `- **${name}**: ${sentence}`).join('\n')}`;
}
