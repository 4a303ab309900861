import { table } from '../table.js';
import { IN_PROCESS } from './gateways.js';
import type { QueryResult } from './summary.js';
import type { UncachedPlanFigures } from './uncached-plans.js';

const OURS = 'Fleetgraph';
const APOLLO = '@apollo/gateway as it comes';
const RUST = 'Hive Gateway, Rust planner';
const BASELINE = 'node:http writing the same JSON';

/** CPU per request of one of our gateways divided by that of another server. */
interface CpuRatio {
  readonly title: string;
  /** Default the gateway over HTTP. */
  readonly ours?: string;
  readonly query: string;
  readonly against: string;
}

interface Target extends CpuRatio {
  readonly max: number;
}

const TARGETS: readonly Target[] = [
  { title: 'three levels', query: 'ThreeLevel', against: RUST, max: 0.5 },
  { title: 'three levels', query: 'ThreeLevel', against: APOLLO, max: 0.3 },
  { title: 'one entity', query: 'OneEntity', against: RUST, max: 0.5 },
  { title: 'users, reviews, products', query: 'UsersReviewsProducts', against: RUST, max: 0.7 },
  {
    title: 'three levels in process, data in memory',
    ours: IN_PROCESS,
    query: 'UsersAndReviews',
    against: BASELINE,
    max: 4,
  },
];

/** Has no target, because subgraphs and PostgreSQL's client use most of the CPU time. */
const WHOLE_PLATFORM: CpuRatio = {
  title: 'three levels in process',
  ours: IN_PROCESS,
  query: 'ThreeLevel',
  against: BASELINE,
};

const HEAD = 'Fleetgraph ÷ another';
const P99_MAX = 1;

/** Measured ratios and their targets. */
export function targetTable(
  results: readonly QueryResult[],
  uncachedPlans: readonly UncachedPlanFigures[],
): string {
  const rows = TARGETS.map((target) => row(label(target), cpuRatio(results, target), target.max));
  const p99 = (name: string) => uncachedPlans.find(({ gateway }) => gateway === name)?.p99 ?? NaN;
  rows.push(row(`p99 of new operations ÷ ${APOLLO}`, p99(OURS) / p99(APOLLO), P99_MAX));
  return table([HEAD, 'measured', 'target'], rows);
}

/** The ratio of the whole platform, which has no target here. */
export function wholePlatformTable(results: readonly QueryResult[]): string {
  const measured = cpuRatio(results, WHOLE_PLATFORM).toFixed(2);
  const title =
    '**Whole platform in one process**: includes the subgraphs and every SQL statement; not a target of the gateway';
  return `${title}\n\n${table([HEAD, 'measured'], [[label(WHOLE_PLATFORM), measured]])}`;
}

function label({ title, against }: CpuRatio): string {
  return `CPU, ${title}, ÷ ${against}`;
}

function cpuRatio(results: readonly QueryResult[], { ours = OURS, query: name, against }: CpuRatio): number {
  const figures = results.find(({ query }) => query.name === name)?.figures ?? [];
  const cpu = (server: string) => figures.find(({ gateway }) => gateway === server)?.cpu.median ?? NaN;
  return cpu(ours) / cpu(against);
}

function row(target: string, measured: number, max: number): string[] {
  return [target, measured.toFixed(2), `≤ ${max.toFixed(1)}`];
}
