import type { HostInfo } from '../host-info.js';
import { Report } from '../report.js';
import { table } from '../table.js';
import type { Growth, QuotaRejections } from './grow.js';

/** Measurements of one account. */
interface AccountFigures {
  readonly clusters: number;
  readonly speed: number;
  readonly rejections: QuotaRejections;
  readonly growths: readonly Growth[];
}

export const accountReport = new Report<{ readonly machine: HostInfo; readonly figures: AccountFigures }>(
  'account',
  ({ figures }) => accountTable(figures),
);

function accountTable({ clusters, speed, rejections, growths }: AccountFigures): string {
  const { vcpu, routes, loadBalancers } = rejections;
  const total = growths.at(-1)?.total ?? 0;
  const head = [
    '',
    'nodes',
    'seconds',
    'ms per node',
    'SQL per node',
    'events/s',
    'CPU ms per node',
    'memory MiB',
  ];
  const growthTable = table(
    head,
    growths.map((growth) => [
      growth.resource,
      String(growth.nodes),
      growth.seconds.toFixed(1),
      ((growth.seconds * 1000) / growth.nodes).toFixed(1),
      (growth.work.statements / growth.nodes).toFixed(1),
      (growth.events / growth.seconds).toFixed(0),
      (((growth.cpu.platform + growth.cpu.postgres) * 1000) / growth.nodes).toFixed(1),
      `${mebibytes(growth.peaks.platform)} + ${mebibytes(growth.peaks.postgres)}`,
    ]),
  );
  return `**${clusters} Pro clusters, ${total} nodes** in one account, simulated cloud at ${speed} times speed

Before the quotas were raised: of 60 nodes, ${vcpu.created} fit into 100 vCPUs and, with more vCPUs, ${routes.created} more into 48 routes; of
${loadBalancers.requested} further clusters, ${loadBalancers.rejected} were rejected because of the quota of load balancers.

${growthTable}`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
