import type { Problem } from '../../../kernel/result.js';
import type { NodePoolState } from './node-pool.enums.js';

/**
 * Commands of a caller or of the platform on an existing pool, and the loss of its scaling group. RESIZE belongs to
 * an operation on the whole cluster, which can change the size again while the pool is still scaling.
 */
export type PoolCommand =
  'SCALE' | 'RESIZE' | 'UPDATE' | 'ATTACH' | 'REMOVE_NODES' | 'SYNC' | 'REFILL' | 'DELETE' | 'GROUP_LOST';

/**
 * The state of a pool after each command; a missing entry rejects the command.
 *
 *   INITIAL ──▶ ACTIVE ◀──▶ SCALING | REMOVING | UPDATING      (then ACTIVE, or FAILED without a running node)
 *                 │
 *                 ▼ (not recoverable: the pool must be replaced)
 *              UNHEALTHY          any ──▶ DELETING ──▶ gone
 */
const NEXT: Readonly<Record<NodePoolState, Partial<Record<PoolCommand, NodePoolState>>>> = {
  INITIAL: { DELETE: 'DELETING' },
  ACTIVE: {
    SCALE: 'SCALING',
    RESIZE: 'SCALING',
    UPDATE: 'UPDATING',
    ATTACH: 'SCALING',
    REMOVE_NODES: 'REMOVING',
    SYNC: 'UPDATING',
    REFILL: 'SCALING',
    DELETE: 'DELETING',
    GROUP_LOST: 'UNHEALTHY',
  },
  FAILED: {
    SCALE: 'SCALING',
    RESIZE: 'SCALING',
    UPDATE: 'UPDATING',
    ATTACH: 'SCALING',
    REMOVE_NODES: 'REMOVING',
    SYNC: 'UPDATING',
    DELETE: 'DELETING',
    GROUP_LOST: 'UNHEALTHY',
  },
  SCALING: { RESIZE: 'SCALING', DELETE: 'DELETING' },
  REMOVING: { DELETE: 'DELETING' },
  UPDATING: { DELETE: 'DELETING' },
  UNHEALTHY: { DELETE: 'DELETING' },
  DELETING: {},
};

/** The state after the command; undefined when this state rejects it. */
export function nextPoolState(state: NodePoolState, command: PoolCommand): NodePoolState | undefined {
  return NEXT[state][command];
}

/** Why a pool in this state rejects the command. */
export function poolStateProblem(
  { id, state }: { readonly id: string; readonly state: NodePoolState },
  path: readonly string[],
): Problem {
  if (state === 'UNHEALTHY') {
    const message = `The scaling group of the node pool ${id} was deleted; delete the pool and create another.`;
    return { code: 'SCALING_GROUP_MISSING', message, path };
  }
  const message =
    state === 'DELETING'
      ? `The node pool ${id} is being deleted.`
      : `The node pool ${id} is ${state}: another operation on it has not ended. Wait for it.`;
  return { code: 'INVALID_STATE', message, path };
}

/** The state of a pool that has completed its generation. */
export function completedPoolState(
  pool: { readonly scalingGroup: unknown },
  result: { readonly running: number; readonly failed: number },
): NodePoolState {
  if (isGroupMissing(pool)) return 'UNHEALTHY';
  return result.running === 0 && result.failed > 0 ? 'FAILED' : 'ACTIVE';
}

/** Whether the last check of the scaling group found it deleted. */
function isGroupMissing({ scalingGroup }: { readonly scalingGroup: unknown }): boolean {
  return (scalingGroup as { readonly state?: string } | null)?.state === 'DELETED';
}
