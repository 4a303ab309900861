/** State of the repair of a node, as the column has it. */
export type RepairState =
  'RESTART_WANTED' | 'RESTARTING' | 'RESET_WANTED' | 'RESETTING' | 'SUCCEEDED' | 'FAILED';

/**
 * Allowed transitions of a repair. Every write of a state checks them.
 *
 *   RESTART_WANTED ──▶ RESTARTING ──▶ SUCCEEDED
 *                          ├─▶ RESET_WANTED ──▶ RESETTING ──▶ SUCCEEDED
 *                          └─▶ FAILED (from each that is open, when the node is gone)
 */
const NEXT: Readonly<Record<RepairState, readonly RepairState[]>> = {
  RESTART_WANTED: ['RESTARTING', 'FAILED'],
  RESTARTING: ['RESET_WANTED', 'SUCCEEDED', 'FAILED'],
  RESET_WANTED: ['RESETTING', 'FAILED'],
  RESETTING: ['SUCCEEDED', 'FAILED'],
  SUCCEEDED: [],
  FAILED: [],
};

const STATES = Object.keys(NEXT) as RepairState[];

/** Repairs that have not ended. */
export const OPEN_REPAIRS: readonly RepairState[] = STATES.filter((state) => NEXT[state].length > 0);

/** The states from which a repair may come to this one. */
export function repairStatesBefore(to: RepairState): RepairState[] {
  return STATES.filter((from) => NEXT[from].includes(to));
}
