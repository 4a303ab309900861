import { table } from '../report.js';
import type { UncachedPlanFigures } from './uncached-plans.js';
import { IN_PROCESS } from './gateways.js';
import type { BenchQuery } from './queries.js';
import type { GatewayFigures } from './summary.js';

const OURS = 'Fleetgraph';
const APOLLO = '@apollo/gateway as it comes';
const RUST = 'Hive Gateway, Rust planner';

const FLOOR = 'node:http writing the same JSON';

interface Target {
  readonly what: string;
  /** Which of ours; the gateway over HTTP unless it says otherwise. */
  readonly ours?: string;
  readonly query: string;
  readonly against: string;
  readonly most: number;
}

/** What the gateway should cost at the most, as a share of what others cost in the same run. */
const TARGETS: readonly Target[] = [
  { what: 'three levels', query: 'ThreeLevel', against: RUST, most: 0.5 },
  { what: 'three levels', query: 'ThreeLevel', against: APOLLO, most: 0.3 },
  { what: 'one entity', query: 'OneEntity', against: RUST, most: 0.5 },
  { what: 'users, reviews, products', query: 'UsersReviewsProducts', against: RUST, most: 0.7 },
  { what: 'three levels in process', ours: IN_PROCESS, query: 'ThreeLevel', against: FLOOR, most: 3 },
  {
    what: 'three levels in process, data in memory',
    ours: IN_PROCESS,
    query: 'UsersAndReviews',
    against: FLOOR,
    most: 3,
  },
];

/** Where we are against what we want: CPU per request, and the 99th percentile of new operations. */
export function targetTable(
  results: readonly { readonly query: BenchQuery; readonly figures: readonly GatewayFigures[] }[],
  cold: readonly UncachedPlanFigures[],
): string {
  const rows = TARGETS.map(({ what, ours = OURS, query, against, most }) => {
    const figures = results.find((one) => one.query.name === query)?.figures ?? [];
    const cpu = (name: string) => figures.find((one) => one.contestant === name)?.cpu.median ?? NaN;
    return row(`CPU, ${what}, ÷ ${against}`, cpu(ours) / cpu(against), most);
  });
  const p99 = (name: string) => cold.find((one) => one.contestant === name)?.p99 ?? NaN;
  rows.push(row(`p99 of new operations ÷ ${APOLLO}`, p99(OURS) / p99(APOLLO), 1));
  return table(['what, Fleetgraph ÷ another', 'measured', 'wanted'], rows);
}

function row(what: string, measured: number, most: number): string[] {
  return [what, measured.toFixed(2), `≤ ${most.toFixed(1)}`];
}
