import type { HostInfo } from '../host-info.js';
import { Report } from '../report.js';
import { table } from '../table.js';

/** Counts of one run of the property test that found no drift. */
export interface LedgerSearch {
  readonly engine: 'in this process' | 'a process, killed';
  readonly sequences: number;
  readonly operations: number;
  readonly accepted: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly crashes: number;
  /** Comparisons of every counted resource, while no operation ran. */
  readonly recounts: number;
  /** Comparisons of vCPUs, instances and disks, while operations ran. */
  readonly spotChecks: number;
}

export const ledgerReport = new Report<{
  readonly machine: HostInfo;
  readonly searches: readonly LedgerSearch[];
}>('ledger', ({ searches }) => ledgerTable(searches));

function ledgerTable(searches: readonly LedgerSearch[]): string {
  const head = [
    'engine',
    'sequences',
    'operations',
    'accepted',
    'rejected',
    'crashes',
    'recounts',
    'spot checks',
  ];
  const rows = searches.map((search) => [
    search.engine,
    ...[
      search.sequences,
      search.operations,
      search.accepted,
      sum(search.rejected),
      search.crashes,
      search.recounts,
      search.spotChecks,
    ].map(String),
  ]);
  return `${table(head, rows)}\n\nNo drift.`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
