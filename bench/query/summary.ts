import type { HostInfo } from '../host-info.js';
import { Report } from '../report.js';
import { percentile } from '../statistics.js';
import { table } from '../table.js';
import { PLAIN_STATEMENTS } from './plain-sql.store.js';

export interface QueryFigures {
  readonly clusters: number;
  readonly statements: number;
  /** Milliseconds of each response. */
  readonly graph: readonly number[];
  readonly plain: readonly number[];
}

export const queryReport = new Report<{ readonly machine: HostInfo; readonly figures: QueryFigures }>(
  'query',
  ({ figures }) => queryTable(figures),
);

function queryTable({ clusters, statements, graph, plain }: QueryFigures): string {
  const row = (name: string, count: number, times: readonly number[]) => [
    name,
    String(count),
    percentile(times, 0.5).toFixed(1),
    percentile(times, 0.99).toFixed(1),
  ];
  const ratio = percentile(graph, 0.5) / percentile(plain, 0.5);
  const rows = [
    row('the graph, over HTTP', statements, graph),
    row('plain SQL, one connection', PLAIN_STATEMENTS, plain),
  ];
  return `**${clusters} clusters** with their pools, region, quotas and latest operation; ${graph.length} rounds, in turns

${table(['', 'SQL statements', 'p50 ms', 'p99 ms'], rows)}

The graph takes ${ratio.toFixed(1)} times as long as plain SQL at the median.`;
}
