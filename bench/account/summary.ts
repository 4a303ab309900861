import { table } from '../report.js';
import type { Growth, QuotaRejections } from './grow.js';

/** Everything measured of one account. */
export interface AccountFigures {
  readonly clusters: number;
  readonly speed: number;
  readonly refusals: QuotaRejections;
  readonly growths: readonly Growth[];
}

/** The figures as text and tables. */
export function accountTable({ clusters, speed, refusals, growths }: AccountFigures): string {
  const { vcpu, routes, balancers } = refusals;
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
  const grown = table(
    head,
    growths.map((one) => [
      one.what,
      String(one.nodes),
      one.seconds.toFixed(1),
      ((one.seconds * 1000) / one.nodes).toFixed(1),
      (one.work.statements / one.nodes).toFixed(1),
      (one.events / one.seconds).toFixed(0),
      (((one.cpu.platform + one.cpu.postgres) * 1000) / one.nodes).toFixed(1),
      `${mebibytes(one.peaks.platform)} + ${mebibytes(one.peaks.postgres)}`,
    ]),
  );
  return `**${clusters} Pro clusters, ${total} nodes** in one account, simulated cloud at ${speed} times speed

Before the quotas were raised: of 60 nodes 100 vCPUs made ${vcpu.created}; with more vCPUs 48 routes let ${routes.created} more
be made; of ${balancers.asked} further clusters ${balancers.refused} were refused for want of load balancers.

${grown}`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
