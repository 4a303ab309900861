import { CLUSTER_STATES, type ClusterState } from './cluster.enums.js';

/**
 * Allowed transitions of the cluster state. Every write of a state checks them; an unchanged state is allowed.
 *
 *   INITIAL ──▶ RUNNING ◀──▶ SCALING | UPDATING | UPGRADING      any of these ◀──▶ UNAVAILABLE
 *      ▼           ▼
 *    FAILED ◀──────┘        any ──▶ DELETING ──▶ DELETED
 *                                    ▲  ▼
 *                                DELETE_FAILED
 */
const NEXT: Readonly<Record<ClusterState, readonly ClusterState[]>> = {
  INITIAL: ['RUNNING', 'FAILED', 'DELETING'],
  FAILED: ['DELETING'],
  RUNNING: ['SCALING', 'UPDATING', 'UPGRADING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  SCALING: ['RUNNING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  // The rollback of a vertical scaling scales the pools back to their size.
  UPDATING: ['RUNNING', 'SCALING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  // A failed upgrade leaves the cluster running.
  UPGRADING: ['RUNNING', 'UNAVAILABLE', 'DELETING'],
  // States of the ACK API that this platform does not use: removing and draining nodes are SCALING.
  REMOVING: ['RUNNING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  DRAINING: ['RUNNING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  // Returns to the state before the control plane became unavailable.
  UNAVAILABLE: ['RUNNING', 'SCALING', 'UPDATING', 'UPGRADING', 'FAILED', 'DELETING'],
  WAITING: ['FAILED', 'DELETING'],
  DISCONNECTED: ['FAILED', 'DELETING'],
  INACTIVE: ['FAILED', 'DELETING'],
  DELETING: ['DELETED', 'DELETE_FAILED'],
  DELETED: [],
  DELETE_FAILED: ['DELETING'],
};

/** Whether the state machine has this transition. */
export function canTransition(from: ClusterState, to: ClusterState): boolean {
  return NEXT[from].includes(to);
}

/** The states from which a cluster can be written to this state, itself included. */
export function sourceStates(to: ClusterState): ClusterState[] {
  return CLUSTER_STATES.filter((from) => from === to || canTransition(from, to));
}

/** The `where` condition of an update: the row must be in a state from which the new state, if any, is reachable. */
export function whereTransitionAllowed({ state }: { readonly state?: ClusterState }): {
  state?: { in: ClusterState[] };
} {
  return state === undefined ? {} : { state: { in: sourceStates(state) } };
}
