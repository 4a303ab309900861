/** States of a node, as stored in the column. */
export const NODE_STATES = ['pending', 'starting', 'running', 'removing', 'failed'] as const;

export type NodeState = (typeof NODE_STATES)[number];

/** Commands and events that change the state of a node. REMOVE is requested by a caller, LEAVE by the platform. */
export type NodeCommand = 'REMOVE' | 'LEAVE' | 'CONVERT' | 'REPAIR' | 'STARTED' | 'READY' | 'FAILED' | 'GONE';

/**
 * Allowed transitions of a node. Every write of a state checks them.
 *
 *   pending ──▶ starting ──▶ running ──▶ removing ──▶ gone
 *      └───────────┴──▶ failed ─────────────┘
 */
const NEXT: Readonly<Record<NodeState, Partial<Record<NodeCommand, NodeState | 'gone'>>>> = {
  // A master is ready at once, with its control plane.
  pending: { STARTED: 'starting', READY: 'running', FAILED: 'failed', LEAVE: 'removing' },
  starting: { READY: 'running', FAILED: 'failed', REMOVE: 'removing', LEAVE: 'removing' },
  running: { REMOVE: 'removing', LEAVE: 'removing', CONVERT: 'running', REPAIR: 'running', GONE: 'gone' },
  removing: { GONE: 'gone' },
  failed: { REMOVE: 'removing', LEAVE: 'removing', GONE: 'gone' },
};

/** The state after the command; undefined when this state rejects it. */
export function nextNodeState(state: NodeState, command: NodeCommand): NodeState | 'gone' | undefined {
  return NEXT[state][command];
}

/** The states that accept the command. */
export function nodeStatesFor(command: NodeCommand): NodeState[] {
  return NODE_STATES.filter((state) => nextNodeState(state, command) !== undefined);
}
