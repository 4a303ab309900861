import type { HostInfo } from '../host-info.js';
import { Report } from '../report.js';
import { percentile } from '../statistics.js';
import { table } from '../table.js';

export interface RightsFigures {
  readonly subscribers: number;
  readonly sets: number;
  /** Streams of the event log that the platform follows for all subscribers. */
  readonly executions: number;
  /** Events in which each subscriber of a set sees its own cluster. */
  readonly events: number;
  readonly delivered: number;
  readonly expected: number;
  /** Milliseconds from the request that revokes a permission to the end of each stream that had it. */
  readonly ended: readonly number[];
  /** Subscribers with other rights whose streams ended as well. */
  readonly disturbed: number;
}

export const rightsReport = new Report<{ readonly machine: HostInfo; readonly figures: RightsFigures }>(
  'rights',
  ({ figures }) => rightsTable(figures),
);

function rightsTable(figures: RightsFigures): string {
  const { subscribers, sets, executions, events, delivered, expected, ended, disturbed } = figures;
  return table(
    [`${subscribers} subscribers with ${sets} sets of rights`, ''],
    [
      ['shared executions', String(executions)],
      [`messages of ${events} events`, `${delivered} of ${expected}`],
      ['streams that end when the permission of one set is revoked', String(ended.length)],
      ['… milliseconds until the end, p50', percentile(ended, 0.5).toFixed(0)],
      ['… the last one', percentile(ended, 1).toFixed(0)],
      ['streams of other sets that end', String(disturbed)],
    ],
  );
}
