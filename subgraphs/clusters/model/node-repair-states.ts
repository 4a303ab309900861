/** State of the repair of a node, as the column has it. */
export const REPAIR_STATES = [
  'RESTART_REQUESTED',
  'RESTARTING',
  'RESET_REQUESTED',
  'RESETTING',
  'SUCCEEDED',
  'FAILED',
] as const;

export type RepairState = (typeof REPAIR_STATES)[number];

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

/** Repairs that have not ended. */
export const OPEN_REPAIRS: readonly RepairState[] = REPAIR_STATES.filter((state) => NEXT[state].length > 0);

/** The states from which a repair may come to this one. */
export function repairStatesBefore(to: RepairState): RepairState[] {
  return REPAIR_STATES.filter((from) => NEXT[from].includes(to));
}
