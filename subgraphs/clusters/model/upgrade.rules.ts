import type { OperationStage, OperationState } from '../../../engine/contract.js';
import { isFinished } from '../../../engine/operations/operation.rules.js';

/** Type of the operation that upgrades a cluster. */
export const UPGRADE_CLUSTER = 'UPGRADE_CLUSTER' as const;

/** Stages of an upgrade, in order. */
export const UPGRADE_STAGES = ['PRECHECK', 'CONTROL_PLANE', 'NODES', 'COMPONENTS'] as const;

/**
 * Where an upgrade stands. WAITING: for its maintenance window; the stages follow; ENDED: whatever came of it.
 *
 *   WAITING ──▶ PRECHECK ──▶ CONTROL_PLANE ──▶ NODES ──▶ COMPONENTS ──▶ ENDED
 *      └─ cancel ──┴─ cancel ─────┴─ cancel ──────────────────────────▶ ENDED
 *
 * Once the control plane runs the new version there is no way back and no end but the last one. Pausing is independent of the
 * phase: a paused upgrade stays in it until it is resumed.
 */
export type UpgradePhase = 'WAITING' | (typeof UPGRADE_STAGES)[number] | 'ENDED';

/** What a phase is derived from. */
export interface UpgradeView {
  readonly state: OperationState;
  readonly stages: readonly OperationStage[];
  /** It waits for its maintenance window. */
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

/** What the operation of an upgrade admits in a phase. */
export function controlsIn(phase: UpgradePhase): UpgradeControls {
  return CONTROLS[phase];
}

/** The largest number of nodes of one batch. */
export const MAX_BATCH = 20;

/** Nodes of a pool that are upgraded at the same time: the requested number, or a tenth of the pool; 1 to 20. */
export function batchSize(nodesOfPool: number, requested?: number | null): number {
  return Math.min(MAX_BATCH, Math.max(1, requested ?? Math.ceil(nodesOfPool / 10)));
}

/** A node as far as batches are concerned. */
export interface OutdatedNode {
  readonly id: string;
  readonly nodePoolId: string | null;
}

/**
 * The next nodes to upgrade: of one pool, the first that has old nodes. `all` are the running nodes of the cluster,
 * `old` those of them that do not have the new version.
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

/** Pools by id, the nodes of no pool last. */
function order({ nodePoolId, id }: OutdatedNode): string {
  return `${nodePoolId ?? '~'} ${id}`;
}

export type PausePolicy = 'NOT_PAUSE' | 'FIRST_BATCH' | 'EVERY_BATCH';

/** Whether the upgrade pauses by itself after its batch of this number (from 1), when nodes are left. */
export function pausesAfter(policy: PausePolicy, batch: number): boolean {
  return policy === 'EVERY_BATCH' || (policy === 'FIRST_BATCH' && batch === 1);
}
