import { table } from '../report.js';
import { median, percentile } from '../statistics.js';
import type { BenchQuery } from './queries.js';
import type { Schedule, Turn } from './rounds.js';

/** A contestant's figures for one query, over all rounds. */
export interface GatewayFigures {
  readonly contestant: string;
  readonly rounds: number;
  /** CPU milliseconds per request: median, least and most of the rounds. */
  readonly cpu: { readonly median: number; readonly least: number; readonly most: number };
  /** Times the CPU of the first contestant. */
  readonly ratio: number;
  readonly subgraphCpu: number;
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** The figures of one query, in the contestants' order. */
export function summarize(turns: readonly Turn[], query: string): GatewayFigures[] {
  const mine = turns.filter((turn) => turn.query === query);
  const names = [...new Set(mine.filter(({ round }) => round === 0).map(({ contestant }) => contestant))];
  const figures = names.map((name) =>
    figuresOf(
      name,
      mine.filter(({ contestant }) => contestant === name),
    ),
  );
  const first = figures[0]?.cpu.median ?? NaN;
  return figures.map((row) => ({ ...row, ratio: row.cpu.median / first }));
}

function figuresOf(contestant: string, turns: readonly Turn[]): GatewayFigures {
  const cpu = turns.map((turn) => turn.cpu);
  const latencies = turns.flatMap((turn) => turn.latencies);
  return {
    contestant,
    rounds: turns.length,
    cpu: { median: median(cpu), least: Math.min(...cpu), most: Math.max(...cpu) },
    ratio: 1,
    subgraphCpu: median(turns.map((turn) => turn.subgraphCpu)),
    rate: median(turns.map((turn) => turn.rate)),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}

const HEAD = ['', 'CPU ms', 'least–most', '× ours', 'CPU ms in subgraphs', 'requests/s', 'p50 ms', 'p99 ms'];

/** One query's figures as a titled table; `bytes` is the size of its answer. */
export function gatewayTable(
  { name, title }: BenchQuery,
  bytes: number,
  figures: readonly GatewayFigures[],
  { turn }: Schedule,
): string {
  const rows = figures.map(({ contestant, cpu, ratio, subgraphCpu, rate, p50, p99 }) => [
    contestant,
    cpu.median.toFixed(2),
    `${cpu.least.toFixed(2)}–${cpu.most.toFixed(2)}`,
    ratio.toFixed(2),
    subgraphCpu.toFixed(2),
    rate.toFixed(0),
    p50.toFixed(1),
    p99.toFixed(1),
  ]);
  const turns = `${turn.seconds} s in each of ${figures[0]?.rounds} rounds`;
  return `**${name}**: ${title}, answer of ${(bytes / 1000).toFixed(1)} kB; ${turns}\n\n${table(HEAD, rows)}`;
}
