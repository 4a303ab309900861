import type { EventType } from '../events/event-kinds.js';
import { z } from 'zod';
import { jsonColumns } from '../../kernel/postgres/json-columns.js';
import { newId } from '../../kernel/ids.js';
import { throwProblem, type Problem } from '../../kernel/result.js';
import { type Operation, Prisma } from '../../prisma/generated/client.js';
import type { EventLevel, Failure, OperationStage } from '../contract.js';
import type { EventTransaction } from '../events/event-transaction.js';
import { throwNotFound } from '../not-found.js';
import type { OperationType } from './operation-kinds.js';
import {
  finishStages,
  isFinished,
  transitionStage,
  progressOf,
  type StageTransition,
} from './operation.rules.js';

/**
 * Long-running changes. Every function here emits an event of category PROVISIONING to the log of the operation's account.
 *
 *   PENDING ──▶ RUNNING ──▶ SUCCEEDED | PARTIAL | FAILED
 *      └───────────┴─ cancel requested ──▶ CANCELED
 *
 * Pausing is independent of the state: a paused operation keeps its state and starts no further step until it is resumed.
 */
export type OperationRow = Operation;

type OperationTargetKind = 'Cluster' | 'NodePool';

export interface NewOperation {
  readonly account: string;
  /** What is done, e.g. `CREATE_CLUSTER`. */
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
  /** Whether it can be paused; its reconciler starts no further step meanwhile. */
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

const problemSchema = z.looseObject({ code: z.string(), message: z.string() });

/** Checks the JSON columns of operations that were read; `input` depends on the type, its readers check it. */
export const checkOperations = jsonColumns<OperationRow>('engine.operation', 'id', {
  stages: z.array(z.looseObject({ name: z.string(), state: z.string() })),
  failures: z.array(problemSchema),
  error: problemSchema.nullish(),
  input: z.record(z.string(), z.unknown()),
});

const MAX_FAILURES = 100;
const ID_PATH = ['input', 'id'];

/** Records an operation in state PENDING. */
export async function createOperation(
  tx: EventTransaction,
  wanted: NewOperation,
  at: Date,
): Promise<OperationRow> {
  const { stages, input = {}, requested, cancelable = false, pausable = false, ...rest } = wanted;
  const row = await tx.operation.create({
    data: {
      ...rest,
      id: newId('operation'),
      stages: stages.map((name): Prisma.InputJsonObject => ({ name, state: 'PENDING' })),
      input: input as Prisma.InputJsonObject,
      cancelable,
      pausable,
      createdAt: at,
      ...(requested !== undefined && { requested, created: 0, failed: 0 }),
    },
  });
  operationEvent(tx, row, 'OPERATION_PENDING', `${row.type} was accepted.`);
  return row;
}

/** Starts a stage; does nothing when it is running or finished, or the operation is. */
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
  const row = await lock(tx, id);
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
  const row = await lock(tx, id);
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

function isUnchanged(wanted: number | undefined, is: number | null): boolean {
  return wanted === undefined || wanted === is;
}

/** Finishes the operation and its unfinished stages; does nothing when it is finished. */
export async function finishOperation(
  tx: EventTransaction,
  id: string,
  end: OperationEnd,
  at: Date,
): Promise<void> {
  const row = await lock(tx, id);
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
}

/**
 * Requests the cancellation of an operation; its reconciler finishes it (enqueue its target too). Idempotent. Throws
 * `NOT_FOUND`, and `NOT_CANCELABLE` when it is finished or cannot be cancelled.
 */
export async function requestCancel(
  tx: EventTransaction,
  account: string,
  id: string,
  at: Date,
): Promise<OperationRow> {
  const row = await lock(tx, id);
  if (!row || row.account !== account) throwNotFound('OPERATION', id, ID_PATH);
  if (isFinished(row.state) || !row.cancelable) {
    throwProblem(
      'NOT_CANCELABLE',
      `The operation ${id} (${row.type}) is ${row.state} and cannot be cancelled${isFinished(row.state) ? '' : ' now'}.`,
      {
        path: ID_PATH,
      },
    );
  }
  if (row.cancelRequestedAt) return row;
  const changed = await changeOperation(tx, id, { cancelRequestedAt: at });
  operationEvent(tx, changed, 'OPERATION_CANCEL_REQUESTED', `${row.type} is being cancelled.`);
  return changed;
}

/** Sets whether an operation can be cancelled. */
export async function setCancelable(tx: EventTransaction, id: string, cancelable: boolean): Promise<void> {
  await tx.operation.updateMany({ where: { id, finishedAt: null }, data: { cancelable } });
  locked.get(tx)?.delete(id);
}

/**
 * Pauses an operation; its reconciler finishes the current step and starts no other. Throws `NOT_FOUND`, and
 * `INVALID_STATE` when it is finished, paused, being cancelled, or cannot be paused.
 */
export async function pauseOperation(
  tx: EventTransaction,
  account: string,
  id: string,
  at: Date,
): Promise<OperationRow> {
  const row = await lockOwnOperation(tx, account, id);
  const why = notPausableReason(row);
  if (why !== undefined)
    throwProblem('INVALID_STATE', `The operation ${id} (${row.type}) ${why}.`, { path: ID_PATH });
  const changed = await changeOperation(tx, id, { pausedAt: at });
  operationEvent(tx, changed, 'OPERATION_PAUSED', `${row.type} is paused.`);
  return changed;
}

/**
 * Resumes a paused operation (enqueue its target too). Throws `NOT_FOUND`, and `INVALID_STATE` when it is not paused.
 */
export async function resumeOperation(
  tx: EventTransaction,
  account: string,
  id: string,
): Promise<OperationRow> {
  const row = await lockOwnOperation(tx, account, id);
  if (isFinished(row.state) || row.pausedAt === null)
    throwProblem('INVALID_STATE', `The operation ${id} (${row.type}) is not paused.`, { path: ID_PATH });
  const changed = await changeOperation(tx, id, { pausedAt: null });
  operationEvent(tx, changed, 'OPERATION_RESUMED', `${row.type} goes on.`);
  return changed;
}

function notPausableReason(row: OperationRow): string | undefined {
  if (isFinished(row.state)) return `is ${row.state} and cannot be paused`;
  if (row.pausedAt) return 'is paused already';
  if (row.cancelRequestedAt) return 'is being cancelled';
  return row.pausable ? undefined : 'cannot be paused';
}

async function lockOwnOperation(tx: EventTransaction, account: string, id: string): Promise<OperationRow> {
  const row = await lock(tx, id);
  if (row?.account === account) return row;
  return throwNotFound('OPERATION', id, ID_PATH);
}

/** The operation's stages, in order. */
export function stagesOf(row: OperationRow): OperationStage[] {
  return row.stages as unknown as OperationStage[];
}

/** All columns of an operation, as SQL selects them into an `OperationRow`. */
export const OPERATION_COLUMNS = Object.values(Prisma.OperationScalarFieldEnum)
  .map((name) => `${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} AS "${name}"`)
  .join(', ');

/** Operations that a transaction has locked, as it has changed them; no other transaction can change them before it ends. */
const locked = new WeakMap<EventTransaction, Map<string, OperationRow>>();

async function lock(tx: EventTransaction, id: string): Promise<OperationRow | null> {
  const known = locked.get(tx)?.get(id);
  if (known) return known;
  const [row] = await tx.$queryRaw<OperationRow[]>`
    SELECT ${Prisma.raw(OPERATION_COLUMNS)} FROM engine.operation WHERE id = ${id} FOR UPDATE`.then(
    checkOperations,
  );
  return row ? rememberRow(tx, row) : null;
}

/**
 * Changes columns of an operation. The only writer: a direct update would leave the transaction's copy of the row stale.
 */
export async function changeOperation(
  tx: EventTransaction,
  id: string,
  data: Prisma.OperationUpdateInput,
): Promise<OperationRow> {
  return rememberRow(tx, await tx.operation.update({ where: { id }, data }));
}

function rememberRow(tx: EventTransaction, row: OperationRow): OperationRow {
  const rows = locked.get(tx) ?? new Map<string, OperationRow>();
  locked.set(tx, rows.set(row.id, row));
  return row;
}

function countsOf({ created, failed, failures }: Omit<OperationProgress, 'progress'>) {
  return {
    ...(created !== undefined && { created }),
    ...(failed !== undefined && { failed }),
    ...(failures && { failures: failures.slice(0, MAX_FAILURES) as unknown as Prisma.InputJsonArray }),
  };
}

function endText(row: OperationRow, error: Problem | undefined): string {
  if (error) return `${row.type}: ${error.message}`;
  const counts = countsText(row);
  return counts === undefined
    ? `${row.type} ended ${row.state}.`
    : `${row.type} ended ${row.state}: ${counts}.`;
}

/** Counts of created and failed objects; undefined for an operation that creates none. */
function countsText({ requested, created, failed }: OperationRow): string | undefined {
  if (requested === null || requested === 0) return undefined;
  return `${created ?? 0} of ${requested} made, ${failed ?? 0} failed`;
}

function percentText({ progress }: OperationRow): string {
  return `${Math.round(progress * 100)} % done`;
}

const LEVELS: Readonly<Record<string, EventLevel>> = {
  OPERATION_FAILED: 'ERROR',
  OPERATION_PARTIAL: 'WARNING',
};

function operationEvent(
  tx: EventTransaction,
  row: OperationRow,
  type: EventType,
  message: string,
  more: Record<string, unknown> = {},
): void {
  tx.emit(row.account, {
    category: 'PROVISIONING',
    type,
    level: LEVELS[type] ?? 'INFO',
    reason: type
      .split('_')
      .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
      .join(''),
    message,
    operationId: row.id,
    ...(row.clusterId !== null && { clusterId: row.clusterId }),
    ...(row.targetKind === 'NodePool' && { nodePoolId: row.targetId }),
    data: { operationType: row.type, state: row.state, progress: row.progress, ...more },
  });
}
