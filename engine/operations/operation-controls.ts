import { throwProblem } from '../../kernel/result.js';
import type { EventTransaction } from '../events/event-transaction.js';
import { throwNotFound } from '../not-found.js';
import { isFinished } from './operation.rules.js';
import { operationEvent } from './operation-events.js';
import { changeOperation, forgetOperation, lockOperation, type OperationRow } from './operation-row.js';

const ID_PATH = ['input', 'id'];

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
  const row = await lockOperation(tx, id);
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
  forgetOperation(tx, id);
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
  const row = await lockOperation(tx, id);
  if (row?.account === account) return row;
  return throwNotFound('OPERATION', id, ID_PATH);
}
