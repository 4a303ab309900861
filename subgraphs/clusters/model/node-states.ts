/** State of a node, as the column has it. */
export const NODE_STATES = ['pending', 'starting', 'running', 'removing', 'failed'] as const;

export type NodeState = (typeof NODE_STATES)[number];

/** Commands and events that change the state of a node. REMOVE is requested by a caller, LEAVE by the platform. */
export type NodeCommand = 'REMOVE' | 'LEAVE' | 'CONVERT' | 'REPAIR' | 'STARTED' | 'READY' | 'FAILED' | 'GONE';

/**
 * Allowed transitions of a node. Every write of a state checks them.
 *
 *   pending ──▶ starting ──▶ running ──▶ removing ──▶ gone        (a master starts with its control plane: at once
 * Ready)
 *      └───────────┴──▶ failed ─────────────┘
 */
const NEXT: Readonly<Record<NodeState, Partial<Record<NodeCommand, NodeState | 'gone'>>>> = {
  pending: { STARTED: 'starting', READY: 'running', FAILED: 'failed', LEAVE: 'removing' },
  starting: { READY: 'running', FAILED: 'failed', REMOVE: 'removing', LEAVE: 'removing' },
  running: { REMOVE: 'removing', LEAVE: 'removing', CONVERT: 'running', REPAIR: 'running', GONE: 'gone' },
  removing: { GONE: 'gone' },
  failed: { REMOVE: 'removing', LEAVE: 'removing', GONE: 'gone' },
};

/** What the command makes of a node; undefined where it is refused. */
export function nextNodeState(state: NodeState, command: NodeCommand): NodeState | 'gone' | undefined {
  return NEXT[state][command];
}

/** The states in which a node admits the command. */
export function nodeStatesFor(command: NodeCommand): NodeState[] {
  return NODE_STATES.filter((state) => nextNodeState(state, command) !== undefined);
}
