/** States of a node repair, as stored in the column. */
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
 *                             └─▶ FAILED (from every open state, when the node no longer exists)
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

/** The states from which a repair can reach this one. */
export function repairStatesBefore(to: RepairState): RepairState[] {
  return REPAIR_STATES.filter((from) => NEXT[from].includes(to));
}
