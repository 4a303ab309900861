/** State of the repair of a node, as the column has it. */
export type RepairState =
  'RESTART_REQUESTED' | 'RESTARTING' | 'RESET_REQUESTED' | 'RESETTING' | 'SUCCEEDED' | 'FAILED';

/**
 * Allowed transitions of a repair. Every write of a state checks them.
 *
 *   RESTART_REQUESTED ──▶ RESTARTING ──▶ SUCCEEDED
 *                             ├─▶ RESET_REQUESTED ──▶ RESETTING ──▶ SUCCEEDED
 *                             └─▶ FAILED (from each that is open, when the node is gone)
 */
const NEXT: Readonly<Record<RepairState, readonly RepairState[]>> = {
  RESTART_REQUESTED: ['RESTARTING', 'FAILED'],
  RESTARTING: ['RESET_REQUESTED', 'SUCCEEDED', 'FAILED'],
  RESET_REQUESTED: ['RESETTING', 'FAILED'],
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
