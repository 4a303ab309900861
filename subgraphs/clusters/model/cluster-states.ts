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
  // A vertical scaling that gives up lets its pools become what they were.
  UPDATING: ['RUNNING', 'SCALING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  // An upgrade that fails leaves the cluster running.
  UPGRADING: ['RUNNING', 'UNAVAILABLE', 'DELETING'],
  // Names of the ACK API that no cluster has so far: what is removed or drained is SCALING.
  REMOVING: ['RUNNING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  DRAINING: ['RUNNING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  // Back to what was being done before.
  UNAVAILABLE: ['RUNNING', 'SCALING', 'UPDATING', 'UPGRADING', 'FAILED', 'DELETING'],
  WAITING: ['FAILED', 'DELETING'],
  DISCONNECTED: ['FAILED', 'DELETING'],
  INACTIVE: ['FAILED', 'DELETING'],
  DELETING: ['DELETED', 'DELETE_FAILED'],
  DELETED: [],
  DELETE_FAILED: ['DELETING'],
};

/** Whether a cluster may go from one state to another. */
export function canTransition(from: ClusterState, to: ClusterState): boolean {
  return NEXT[from].includes(to);
}

/** The states in which a cluster may be when this one is written: those that lead to it, and itself. */
export function sourceStates(to: ClusterState): ClusterState[] {
  return CLUSTER_STATES.filter((from) => from === to || canTransition(from, to));
}

/**
 * What a row must be like for the change to be written: in a state from which the one of the change, if any, follows.
 */
export function whereTransitionAllowed({ state }: { readonly state?: ClusterState }): {
  state?: { in: ClusterState[] };
} {
  return state === undefined ? {} : { state: { in: sourceStates(state) } };
}
