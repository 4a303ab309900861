import { table } from '../report.js';

/** What one search has tried; drift would have ended it. */
export interface LedgerSearch {
  readonly engine: 'in this process' | 'a process, killed';
  readonly sequences: number;
  readonly operations: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly crashes: number;
  /** Comparisons of the ledger with a recount while nothing was under way. */
  readonly recounts: number;
  /** Comparisons with what machines and claims hold, while things were under way. */
  readonly looks: number;
}

/** The searches as a table. */
export function ledgerTable(searches: readonly LedgerSearch[]): string {
  const head = ['engine', 'sequences', 'operations', 'accepted', 'refused', 'crashes', 'recounts', 'looks'];
  const rows = searches.map((one) => [
    one.engine,
    ...[
      one.sequences,
      one.operations,
      one.accepted,
      sum(one.refused),
      one.crashes,
      one.recounts,
      one.looks,
    ].map(String),
  ]);
  return `${table(head, rows)}\n\nNo drift.`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
