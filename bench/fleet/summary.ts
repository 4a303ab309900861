import type { HostInfo } from '../host-info.js';
import { Report } from '../report.js';
import { median, percentile } from '../statistics.js';
import { table } from '../table.js';
import type { ResourceUsage } from './resource-usage.js';
import type { Peaks } from './sampler.js';
import type { Provisioned } from './provision.js';

/** Measurements of one fleet. */
export interface FleetFigures extends Provisioned, ResourceUsage {
  readonly clusters: number;
  readonly nodes: number;
  readonly speed: number;
  /** Seconds that the slowest control plane and the slowest node boot: the lower bound of the whole time. */
  readonly ideal: number;
  /** Seconds from the request until running, of each cluster. */
  readonly provisioning: number[];
  /** Bytes. */
  readonly peaks: Peaks;
}

export const fleetReport = new Report<{ readonly machine: HostInfo; readonly figures: FleetFigures }>(
  'fleet',
  ({ figures }) => fleetTable(figures),
);

function fleetTable(figures: FleetFigures): string {
  const { clusters, nodes, wall, ideal, events, cpu, peaks, work, latencies, provisioning, accepted, speed } =
    figures;
  const perNode = (count: number) => (count / nodes).toFixed(1);
  const rows = [
    ['all clusters running after', `${wall.toFixed(1)} s`],
    ['simulated boot times alone', `${ideal.toFixed(1)} s`],
    ['nodes created per second', (nodes / wall).toFixed(0)],
    ['all mutations answered after', `${accepted.toFixed(1)} s`],
    ['mutation p50 / p99', `${median(latencies).toFixed(0)} / ${percentile(latencies, 0.99).toFixed(0)} ms`],
    [
      'request to running, p50 / p99',
      `${median(provisioning).toFixed(1)} / ${percentile(provisioning, 0.99).toFixed(1)} s`,
    ],
    ['events', events.toFixed(0)],
    ['events per second', (events / wall).toFixed(0)],
    ['peak memory, platform / PostgreSQL', `${mebibytes(peaks.platform)} / ${mebibytes(peaks.postgres)}`],
    ['CPU, platform / PostgreSQL', `${cpu.platform.toFixed(1)} / ${cpu.postgres.toFixed(1)} s`],
    ['CPU per node', `${(((cpu.platform + cpu.postgres) * 1000) / nodes).toFixed(1)} ms`],
    ['SQL statements per node', perNode(work.statements)],
    ['transactions per node', perNode(work.transactions)],
    ['rows written per node', perNode(work.writes)],
    ['rows fetched per node', perNode(work.reads)],
  ];
  const title = `**${clusters} clusters of ${nodes / clusters} nodes** requested at once, simulated cloud at ${speed} times speed`;
  return `${title}\n\n${table(['', 'measured'], rows)}`;
}

function mebibytes(bytes: number): string {
  return bytes > 0 ? `${(bytes / 2 ** 20).toFixed(0)} MiB` : 'unknown';
}
