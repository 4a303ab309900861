import type { Problem } from '../../kernel/result.js';
import { newId } from '../../kernel/ids.js';
import type { Prisma } from '../../prisma/generated/client.js';
import type { Failure } from '../contract.js';
import type { EventTransaction } from '../events/event-transaction.js';
import type { OperationType } from './operation-kinds.js';
import { countsText, endText, operationEvent, percentText } from './operation-events.js';
import { operationEntry, requestedBy } from './operation-audit.js';
import {
  changeOperation,
  checkOperations,
  lockOperation,
  type OperationRow,
  stagesOf,
} from './operation-row.js';
import {
  finishStages,
  isFinished,
  progressOf,
  type StageTransition,
  transitionStage,
} from './operation.rules.js';

/**
 * Long-running changes. Every function here emits an event of category PROVISIONING to the log of the operation's account.
 *
 *   PENDING ──▶ RUNNING ──▶ SUCCEEDED | PARTIAL | FAILED
 *      └───────────┴─ cancel requested ──▶ CANCELED
 *
 * Pausing is independent of the state: a paused operation keeps its state and starts no further step until it is resumed.
 */
type OperationTargetKind = 'Cluster' | 'NodePool';

export interface NewOperation {
  readonly account: string;
  /** Type of the operation, e.g. `CREATE_CLUSTER`. */
  readonly type: OperationType;
  readonly targetKind: OperationTargetKind;
  readonly targetId: string;
  readonly clusterId: string;
  /** Names of its stages, in order. */
  readonly stages: readonly string[];
  /** Input of the operation that the reconcilers read again. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** Number of objects to create. */
  readonly requested?: number;
  readonly cancelable?: boolean;
  /** Whether it can be paused; its reconciler starts no further step while it is paused. */
  readonly pausable?: boolean;
}

export interface OperationProgress {
  /** From 0 to 1; from the stages if omitted. */
  readonly progress?: number;
  readonly created?: number;
  readonly failed?: number;
  /** Problems of objects that could not be created; the first 100 are stored. */
  readonly failures?: readonly Failure[];
}

export interface OperationEnd extends Omit<OperationProgress, 'progress'> {
  readonly state: 'SUCCEEDED' | 'PARTIAL' | 'FAILED' | 'CANCELED';
  /** The problem that ended it. */
  readonly error?: Problem;
}

const MAX_FAILURES = 100;

/** Records an operation in state PENDING. */
export async function createOperation(
  tx: EventTransaction,
  operation: NewOperation,
  at: Date,
): Promise<OperationRow> {
  const { stages, input = {}, requested, cancelable = false, pausable = false, ...rest } = operation;
  const created = await tx.operation.create({
    data: {
      ...rest,
      id: newId('operation'),
      stages: stages.map((name): Prisma.InputJsonObject => ({ name, state: 'PENDING' })),
      input: input as Prisma.InputJsonObject,
      cancelable,
      pausable,
      createdAt: at,
      ...requestedBy(),
      ...(requested !== undefined && { requested, created: 0, failed: 0 }),
    },
  });
  const row = checkOperations(created);
  operationEvent(tx, row, 'OPERATION_PENDING', `${row.type} was accepted.`);
  return row;
}

/** Starts a stage; does nothing when the stage is running or finished, or the operation is finished. */
export async function startStage(
  tx: EventTransaction,
  id: string,
  stage: string,
  at: Date,
  message?: string,
): Promise<void> {
  await changeStages(tx, id, [{ name: stage, to: 'RUNNING', at, ...(message !== undefined && { message }) }]);
}

/** Finishes a stage as succeeded; does nothing when it or the operation is finished. */
export async function finishStage(
  tx: EventTransaction,
  id: string,
  stage: string,
  at: Date,
  message?: string,
): Promise<void> {
  await changeStages(tx, id, [
    { name: stage, to: 'SUCCEEDED', at, ...(message !== undefined && { message }) },
  ]);
}

/** Finishes one stage as succeeded and starts the next; a transition that was made before appends no event. */
export async function advanceStage(
  tx: EventTransaction,
  id: string,
  { from, to, message }: { readonly from: string; readonly to: string; readonly message?: string },
  at: Date,
): Promise<void> {
  await changeStages(tx, id, [
    { name: from, to: 'SUCCEEDED', at, ...(message !== undefined && { message }) },
    { name: to, to: 'RUNNING', at },
  ]);
}

async function changeStages(
  tx: EventTransaction,
  id: string,
  moves: readonly StageTransition[],
): Promise<void> {
  const row = await lockOperation(tx, id);
  if (!row || isFinished(row.state)) return;
  const before = stagesOf(row);
  let stages = before;
  let { startedAt, progress } = row;
  for (const move of moves) {
    const moved = transitionStage(stages, move);
    if (!moved) continue;
    stages = moved;
    startedAt ??= move.at;
    progress = Math.max(progress, progressOf(stages));
    const { name: stage } = move;
    const done = move.to === 'SUCCEEDED';
    const text = move.message ?? `${row.type}: ${stage} ${done ? 'is done' : 'has started'}.`;
    const type = done ? 'OPERATION_STAGE_FINISHED' : 'OPERATION_STAGE_STARTED';
    operationEvent(tx, { ...row, state: 'RUNNING', progress }, type, text, { stage });
  }
  if (stages === before) return;
  await changeOperation(tx, id, {
    stages: stages as unknown as Prisma.InputJsonArray,
    state: 'RUNNING',
    startedAt,
    progress,
  });
}

/** Records counts and progress; does nothing when they are unchanged or the operation is finished. */
export async function setProgress(tx: EventTransaction, id: string, now: OperationProgress): Promise<void> {
  const row = await lockOperation(tx, id);
  if (!row || isFinished(row.state)) return;
  const counts = countsOf(now);
  const progress = Math.min(1, Math.max(row.progress, now.progress ?? row.progress));
  const same =
    progress === row.progress && isUnchanged(now.created, row.created) && isUnchanged(now.failed, row.failed);
  if (same) return;
  const changed = await changeOperation(tx, id, { ...counts, progress });
  operationEvent(
    tx,
    changed,
    'OPERATION_PROGRESS',
    `${row.type}: ${countsText(changed) ?? percentText(changed)}.`,
  );
}

function isUnchanged(value: number | undefined, current: number | null): boolean {
  return value === undefined || value === current;
}

/** Finishes the operation and its unfinished stages; does nothing when it is finished. */
export async function finishOperation(
  tx: EventTransaction,
  id: string,
  end: OperationEnd,
  at: Date,
): Promise<void> {
  const row = await lockOperation(tx, id);
  if (!row || isFinished(row.state)) return;
  const changed = await changeOperation(tx, id, {
    ...countsOf(end),
    state: end.state,
    stages: finishStages(stagesOf(row), end.state, at) as unknown as Prisma.InputJsonArray,
    progress: end.state === 'SUCCEEDED' || end.state === 'PARTIAL' ? 1 : row.progress,
    startedAt: row.startedAt ?? at,
    finishedAt: at,
    ...(end.error && { error: end.error as unknown as Prisma.InputJsonObject }),
  });
  operationEvent(tx, changed, `OPERATION_${end.state}`, endText(changed, end.error));
  const entry = operationEntry(changed, end.error, at);
  if (entry) tx.audit(entry);
}

function countsOf({ created, failed, failures }: Omit<OperationProgress, 'progress'>) {
  return {
    ...(created !== undefined && { created }),
    ...(failed !== undefined && { failed }),
    ...(failures && { failures: failures.slice(0, MAX_FAILURES) as unknown as Prisma.InputJsonArray }),
  };
}
