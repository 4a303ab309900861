import type { OperationStage, OperationState } from '../../../engine/contract.js';
import { isFinished } from '../../../engine/operations/operation.rules.js';

/** Type of the operation that upgrades a cluster. */
export const UPGRADE_CLUSTER = 'UPGRADE_CLUSTER' as const;

/** Stages of an upgrade, in order. */
export const UPGRADE_STAGES = ['PRECHECK', 'CONTROL_PLANE', 'NODES', 'COMPONENTS'] as const;

/**
 * The phase of an upgrade. WAITING: waits for its maintenance window; then the stages; ENDED: with any result.
 *
 *   WAITING ──▶ PRECHECK ──▶ CONTROL_PLANE ──▶ NODES ──▶ COMPONENTS ──▶ ENDED
 *      └─ cancel ──┴─ cancel ─────┴─ cancel ──────────────────────────▶ ENDED
 *
 * Once the control plane runs the new version, the upgrade can be neither canceled nor rolled back. Pausing does not
 * change the phase.
 */
export type UpgradePhase = 'WAITING' | (typeof UPGRADE_STAGES)[number] | 'ENDED';

/** The inputs of `phaseOf`. */
export interface UpgradeView {
  readonly state: OperationState;
  readonly stages: readonly OperationStage[];
  /** Whether it waits for its maintenance window. */
  readonly waiting: boolean;
}

export function phaseOf({ state, stages, waiting }: UpgradeView): UpgradePhase {
  if (isFinished(state)) return 'ENDED';
  if (waiting) return 'WAITING';
  const open = stages.find((stage) => !isFinished(stage.state));
  return UPGRADE_STAGES.find((name) => name === open?.name) ?? 'COMPONENTS';
}

interface UpgradeControls {
  readonly cancelable: boolean;
  readonly pausable: boolean;
}

const CONTROLS: Readonly<Record<UpgradePhase, UpgradeControls>> = {
  WAITING: { cancelable: true, pausable: false },
  PRECHECK: { cancelable: true, pausable: true },
  CONTROL_PLANE: { cancelable: true, pausable: true },
  NODES: { cancelable: false, pausable: true },
  COMPONENTS: { cancelable: false, pausable: true },
  ENDED: { cancelable: false, pausable: false },
};

/** The controls that an upgrade accepts in a phase. */
export function controlsIn(phase: UpgradePhase): UpgradeControls {
  return CONTROLS[phase];
}

/** Maximum number of nodes per batch. */
export const MAX_BATCH = 20;

/**
 * Number of a pool's nodes that are upgraded at the same time: the requested number, or a tenth of the pool; 1 to 20.
 */
export function batchSize(nodesOfPool: number, requested?: number | null): number {
  return Math.min(MAX_BATCH, Math.max(1, requested ?? Math.ceil(nodesOfPool / 10)));
}

/** The fields of a node that batches depend on. */
export interface OutdatedNode {
  readonly id: string;
  readonly nodePoolId: string | null;
}

/**
 * The next nodes to upgrade, all of the first pool that has outdated nodes. `all` are the running nodes of the
 * cluster, `old` those without the new version.
 */
export function nextBatch<T extends OutdatedNode>(
  all: readonly OutdatedNode[],
  old: readonly T[],
  requested?: number | null,
): T[] {
  const sorted = [...old].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const pool = sorted[0]?.nodePoolId;
  if (pool === undefined) return [];
  const size = batchSize(all.filter(({ nodePoolId }) => nodePoolId === pool).length, requested);
  return sorted.filter(({ nodePoolId }) => nodePoolId === pool).slice(0, size);
}

/** Sorts by pool id; nodes without a pool come last. */
function order({ nodePoolId, id }: OutdatedNode): string {
  return `${nodePoolId ?? '~'} ${id}`;
}

export type PausePolicy = 'NOT_PAUSE' | 'FIRST_BATCH' | 'EVERY_BATCH';

/** Whether the upgrade pauses automatically after this batch (counted from 1) when outdated nodes remain. */
export function pausesAfter(policy: PausePolicy, batch: number): boolean {
  return policy === 'EVERY_BATCH' || (policy === 'FIRST_BATCH' && batch === 1);
}
