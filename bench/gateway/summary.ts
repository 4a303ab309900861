import { median, percentile } from '../statistics.js';
import { table } from '../table.js';
import type { BenchQuery } from './queries.js';
import type { Schedule, Turn } from './rounds.js';

/** The figures of one query. */
export interface QueryResult {
  readonly query: BenchQuery;
  /** Bytes of the response. */
  readonly bytes: number;
  readonly figures: readonly GatewayFigures[];
}

/** A gateway's figures for one query, over all rounds. */
export interface GatewayFigures {
  readonly gateway: string;
  readonly rounds: number;
  /** CPU milliseconds per request: median, minimum and maximum of the rounds. */
  readonly cpu: { readonly median: number; readonly min: number; readonly max: number };
  /** CPU divided by that of the first gateway. */
  readonly ratio: number;
  readonly subgraphCpu: number;
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** The figures of one query, in the gateways' order. */
export function summarize(turns: readonly Turn[], query: string): GatewayFigures[] {
  const ofQuery = turns.filter((turn) => turn.query === query);
  const names = [...new Set(ofQuery.filter(({ round }) => round === 0).map(({ gateway }) => gateway))];
  const figures = names.map((name) =>
    figuresOf(
      name,
      ofQuery.filter(({ gateway }) => gateway === name),
    ),
  );
  const first = figures[0]?.cpu.median ?? NaN;
  return figures.map((row) => ({ ...row, ratio: row.cpu.median / first }));
}

function figuresOf(gateway: string, turns: readonly Turn[]): GatewayFigures {
  const cpu = turns.map((turn) => turn.cpu);
  const latencies = turns.flatMap((turn) => turn.latencies);
  return {
    gateway,
    rounds: turns.length,
    cpu: { median: median(cpu), min: Math.min(...cpu), max: Math.max(...cpu) },
    ratio: 1,
    subgraphCpu: median(turns.map((turn) => turn.subgraphCpu)),
    rate: median(turns.map((turn) => turn.rate)),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}

const HEAD = ['', 'CPU ms', 'min–max', '× ours', 'CPU ms in subgraphs', 'requests/s', 'p50 ms', 'p99 ms'];

/** The figures of one query as a table under a title. */
export function gatewayTable({ query, bytes, figures }: QueryResult, { turn }: Schedule): string {
  const rows = figures.map(({ gateway, cpu, ratio, subgraphCpu, rate, p50, p99 }) => [
    gateway,
    cpu.median.toFixed(2),
    `${cpu.min.toFixed(2)}–${cpu.max.toFixed(2)}`,
    ratio.toFixed(2),
    subgraphCpu.toFixed(2),
    rate.toFixed(0),
    p50.toFixed(1),
    p99.toFixed(1),
  ]);
  const turns = `${turn.seconds} s in each of ${figures[0]?.rounds} rounds`;
  const size = `response of ${(bytes / 1000).toFixed(1)} kB`;
  return `**${query.name}**: ${query.title}, ${size}; ${turns}\n\n${table(HEAD, rows)}`;
}
