/**
 * Expected resulting state of each command by the current state, written by hand; tests compare the code and the graph with it.
 * A command that a state does not list is rejected in that state.
 */
type Transitions<State extends string> = Readonly<Record<State, Readonly<Record<string, string>>>>;

const changePool = {
  SCALE: 'SCALING',
  RESIZE: 'SCALING',
  UPDATE: 'UPDATING',
  ATTACH: 'SCALING',
  REMOVE_NODES: 'REMOVING',
  SYNC: 'UPDATING',
  DELETE: 'DELETING',
  GROUP_LOST: 'UNHEALTHY',
};

export const poolTransitions = {
  INITIAL: { DELETE: 'DELETING' },
  ACTIVE: { ...changePool, REFILL: 'SCALING' },
  FAILED: changePool,
  SCALING: { RESIZE: 'SCALING', DELETE: 'DELETING' },
  REMOVING: { DELETE: 'DELETING' },
  UPDATING: { DELETE: 'DELETING' },
  UNHEALTHY: { DELETE: 'DELETING' },
  DELETING: {},
} satisfies Transitions<string>;

export const nodeTransitions = {
  pending: { STARTED: 'starting', READY: 'running', FAILED: 'failed', LEAVE: 'removing' },
  starting: { READY: 'running', FAILED: 'failed', REMOVE: 'removing', LEAVE: 'removing' },
  running: { REMOVE: 'removing', LEAVE: 'removing', CONVERT: 'running', REPAIR: 'running', GONE: 'gone' },
  removing: { GONE: 'gone' },
  failed: { REMOVE: 'removing', LEAVE: 'removing', GONE: 'gone' },
} satisfies Transitions<string>;

const changeComponent = {
  UPGRADE: 'UPGRADING',
  CONFIGURE: 'UPDATING',
  RESTORE: 'UPDATING',
  UNINSTALL: 'UNINSTALLING',
};

export const componentTransitions = {
  INSTALLING: {},
  ACTIVE: changeComponent,
  UPGRADING: {},
  UPDATING: {},
  UNINSTALLING: {},
  FAILED: changeComponent,
} satisfies Transitions<string>;

/** Allowed target states of a cluster by its current state. */
export const clusterTransitions = {
  INITIAL: ['RUNNING', 'FAILED', 'DELETING'],
  FAILED: ['DELETING'],
  RUNNING: ['SCALING', 'UPDATING', 'UPGRADING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  SCALING: ['RUNNING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  UPDATING: ['RUNNING', 'SCALING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  UPGRADING: ['RUNNING', 'UNAVAILABLE', 'DELETING'],
  REMOVING: ['RUNNING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  DRAINING: ['RUNNING', 'UNAVAILABLE', 'FAILED', 'DELETING'],
  UNAVAILABLE: ['RUNNING', 'SCALING', 'UPDATING', 'UPGRADING', 'FAILED', 'DELETING'],
  WAITING: ['FAILED', 'DELETING'],
  DISCONNECTED: ['FAILED', 'DELETING'],
  INACTIVE: ['FAILED', 'DELETING'],
  DELETING: ['DELETED', 'DELETE_FAILED'],
  DELETED: [],
  DELETE_FAILED: ['DELETING'],
} satisfies Readonly<Record<string, readonly string[]>>;
