import type { HostInfo } from '../host-info.js';
import { Report } from '../report.js';
import type { Schedule, Turn } from './rounds.js';
import { gatewayTable, type QueryResult } from './summary.js';
import { targetTable, wholePlatformTable } from './targets.js';
import { type UncachedPlanFigures, uncachedPlansTable } from './uncached-plans.js';

/** A turn with percentiles in the place of its thousands of latencies. */
export interface TurnSummary extends Omit<Turn, 'latencies'> {
  readonly p50: number;
  readonly p99: number;
}

interface GatewayResults {
  readonly machine: HostInfo;
  /** Versions of the other gateways. */
  readonly versions: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly schedule: Schedule;
  readonly results: readonly QueryResult[];
  readonly uncachedPlans: readonly UncachedPlanFigures[];
  readonly turns: readonly TurnSummary[];
}

export const gatewayReport = new Report<GatewayResults>('gateway', ({ results, schedule, uncachedPlans }) =>
  [
    targetTable(results, uncachedPlans),
    wholePlatformTable(results),
    ...results.map((result) => gatewayTable(result, schedule)),
    uncachedPlansTable(uncachedPlans),
  ].join('\n\n'),
);
