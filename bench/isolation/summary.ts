import type { HostInfo } from '../host-info.js';
import { Report } from '../report.js';
import { percentile } from '../statistics.js';
import { table } from '../table.js';
import type { AttackResponses } from './attacker.js';
import type { Latencies } from './known-query.js';

/** Measurements during one workload. */
export interface WorkloadResult {
  readonly name: string;
  readonly description: string;
  readonly responses: AttackResponses;
  readonly latencies: Latencies;
}

/** Target for the known query's 99th percentile, in milliseconds on two cores. */
const TARGET_MS = 250;

interface IsolationResults {
  readonly machine: HostInfo;
  readonly idle: Latencies;
  readonly results: readonly WorkloadResult[];
}

export const isolationReport = new Report<IsolationResults>('isolation', ({ idle, results }) =>
  isolationTable(idle, results),
);

function isolationTable(idle: Latencies, results: readonly WorkloadResult[]): string {
  const base = percentile(idle.query, 0.99);
  const times = ({ query, health, failures }: Latencies) => [
    percentile(query, 0.5).toFixed(1),
    percentile(query, 0.99).toFixed(1),
    (percentile(query, 0.99) / base).toFixed(1),
    percentile(health, 0.99).toFixed(1),
    String(failures),
  ];
  const rows = results.map(({ name, responses, latencies }) => [
    name,
    ...times(latencies),
    Object.entries(responses.byCode)
      .map(([code, count]) => `${count} ${code}`)
      .join(', '),
    (responses.bytes / 1e6).toFixed(1),
  ]);
  const missed = results.filter(({ latencies }) => percentile(latencies.query, 0.99) >= TARGET_MS);
  const summary =
    missed.length === 0
      ? `Below ${TARGET_MS} ms during every workload.`
      : `Above ${TARGET_MS} ms: ${missed.map(({ name }) => name).join(', ')}.`;
  const head = [
    'workload',
    'p50 ms',
    'p99 ms',
    '÷ idle',
    '/healthz p99 ms',
    'failed',
    'responses to it',
    'MB',
  ];
  return `${table(head, [['none', ...times(idle), '', ''], ...rows])}

${summary}

${results.map(({ name, description }) => `- **${name}**: ${description}`).join('\n')}`;
}
