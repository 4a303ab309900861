import { scheduledInput } from '../store/operation-input.js';
import { createOperation, type NewOperation } from '../../../engine/operations/operations.js';
import type { OperationRow } from '../../../engine/operations/operation-row.js';
import { enqueueLater } from '../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../engine/events/event-transaction.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import { throwProblem } from '../../../kernel/result.js';
import type { ClusterRow } from '../store/cluster.store.js';
import type { ChangeTiming } from '../model/maintenance-window.enums.js';
import { nextOccurrence, occurrenceAt, type WindowRule } from '../model/maintenance-window.rules.js';
import {
  type MaintenanceWindowRow,
  setScheduledFor,
  scheduledChangesOf,
  windowInUse,
} from '../store/maintenance-window.store.js';

/** Kind of the reconciler that starts a change at its scheduled time; its keys are operation ids. */
export const SCHEDULED_CHANGE = 'scheduled-change';
const TIMING_PATH = ['input', 'timing'];

/** The scheduled start of an operation; null for one that was not scheduled. */
export function scheduledFor(operation: Pick<OperationRow, 'id' | 'input'>): Date | null {
  const { scheduledFor: text } = scheduledInput(operation);
  return text === undefined ? null : new Date(text);
}

/** The maintenance window in the cluster's time zone. */
export function ruleOf(window: MaintenanceWindowRow, { timeZone }: Pick<ClusterRow, 'timeZone'>): WindowRule {
  return { ...window, timeZone };
}

/** The time at which a scheduled change can start: now while the window is open, else at its next opening. */
export function beginsAt(rule: WindowRule, at: Date): Date | null {
  return occurrenceAt(rule, at) ? at : (nextOccurrence(rule, at)?.startsAt ?? null);
}

/** The operation to schedule. */
export interface ScheduledChangeRequest extends Pick<
  NewOperation,
  'type' | 'stages' | 'input' | 'requested'
> {
  /** The requested timing; when omitted, the change waits if the cluster has an active maintenance window. */
  readonly timing: ChangeTiming | null | undefined;
  readonly at: Date;
}

/**
 * Schedules a change of a locked cluster for its maintenance window; undefined when it can start immediately. The
 * cluster does not change until then. Rejects MAINTENANCE_WINDOW with `INVALID_STATE` when the cluster has no active
 * maintenance window.
 */
export async function planInWindow(
  tx: EventTransaction,
  cluster: ClusterRow,
  { timing, at, ...fields }: ScheduledChangeRequest,
): Promise<OperationRow | undefined> {
  if (timing === 'IMMEDIATE') return undefined;
  const window = await windowInUse(tx, cluster.id);
  // Disruptive changes wait for the window by default, if the cluster has one.
  if (!window && timing == null) return undefined;
  const begins = window && beginsAt(ruleOf(window, cluster), at);
  if (!begins) {
    const message = 'The cluster has no maintenance window in use; see setMaintenanceWindow.';
    return throwProblem('INVALID_STATE', message, { path: TIMING_PATH });
  }
  if (begins <= at) return undefined;
  const { account, id } = cluster;
  const target = { account, targetKind: 'Cluster', targetId: id, clusterId: id } as const;
  const input = { ...fields.input, waiting: true, scheduledFor: begins.toISOString() };
  const operation = await createOperation(tx, { ...target, ...fields, input, cancelable: true }, at);
  await enqueueStart(tx, operation.id, { begins, at });
  tx.emit(account, scheduledEvent(operation, begins));
  return operation;
}

/** Rejects a change with `INVALID_STATE` when another one of its type (and component) is already scheduled. */
export async function rejectSecondChange(
  tx: Transaction,
  { id }: ClusterRow,
  { type, componentId }: { readonly type: string; readonly componentId?: string },
): Promise<void> {
  const waiting = (await scheduledChangesOf(tx, id)).find(
    (queued) => queued.type === type && scheduledInput(queued).componentId === componentId,
  );
  if (!waiting) return;
  const message = `The operation ${waiting.id} waits for the maintenance window. Cancel it first.`;
  throwProblem('INVALID_STATE', message, { path: ['input', 'id'] });
}

/** Reschedules a waiting change; `at` is the current time of the platform's clock. */
export async function rescheduleChange(
  tx: EventTransaction,
  operation: OperationRow,
  { begins, at }: { readonly begins: Date; readonly at: Date },
) {
  await setScheduledFor(tx, operation, begins);
  await enqueueStart(tx, operation.id, { begins, at });
  return scheduledEvent(operation, begins);
}

/** The queue adds the delay to the database's clock, so both times here must be of the platform's clock. */
async function enqueueStart(
  tx: Transaction,
  operationId: string,
  { begins, at }: { readonly begins: Date; readonly at: Date },
): Promise<void> {
  const delayMs = Math.max(0, begins.getTime() - at.getTime());
  await enqueueLater(tx, { kind: SCHEDULED_CHANGE, key: operationId }, delayMs);
}

function scheduledEvent({ id, type, clusterId }: OperationRow, begins: Date) {
  const time = begins.toISOString();
  return {
    category: 'PROVISIONING',
    type: 'OPERATION_SCHEDULED',
    reason: 'OperationScheduled',
    message: `${type} waits for the maintenance window that opens at ${time}.`,
    operationId: id,
    ...(clusterId !== null && { clusterId }),
    data: { scheduledFor: time },
  } as const;
}
