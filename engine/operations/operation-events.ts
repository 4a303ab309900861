import type { Problem } from '../../kernel/result.js';
import type { EventLevel } from '../contract.js';
import type { EventType } from '../events/event-kinds.js';
import type { EventTransaction } from '../events/event-transaction.js';
import type { OperationRow } from './operation-row.js';

export function endText(row: OperationRow, error: Problem | undefined): string {
  if (error) return `${row.type}: ${error.message}`;
  const counts = countsText(row);
  return counts === undefined
    ? `${row.type} ended ${row.state}.`
    : `${row.type} ended ${row.state}: ${counts}.`;
}

/** Counts of created and failed objects; undefined for an operation that creates none. */
export function countsText({ requested, created, failed }: OperationRow): string | undefined {
  if (requested === null || requested === 0) return undefined;
  return `${created ?? 0} of ${requested} made, ${failed ?? 0} failed`;
}

export function percentText({ progress }: OperationRow): string {
  return `${Math.round(progress * 100)} % done`;
}

const LEVELS: Readonly<Record<string, EventLevel>> = {
  OPERATION_FAILED: 'ERROR',
  OPERATION_PARTIAL: 'WARNING',
};

/** Emits an event of an operation to the log of its account. */
export function operationEvent(
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
