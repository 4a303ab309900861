import {
  done,
  type ReconcileResult,
  type Reconciler,
  type ReconcileContext,
  requeueAfter,
} from '../../../../engine/contract.js';
import { finishOperation } from '../../../../engine/operations/operations.js';
import type { OperationRow } from '../../../../engine/operations/operation-row.js';
import { type EventTransaction, eventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Problem } from '../../../../kernel/result.js';
import { type ClusterRow, lockCluster } from '../../store/cluster.store.js';
import {
  isScheduledChange,
  lockScheduledChange,
  startScheduledChange,
  windowInUse,
} from '../../store/maintenance-window.store.js';
import {
  beginsAt,
  rescheduleChange,
  ruleOf,
  SCHEDULED_CHANGE,
  scheduledFor,
} from '../../changes/scheduled-change.js';
import { findOperation } from '../../store/operation.store.js';

/** Maximum milliseconds until the clock is read again, in case it was set forward. */
const MAX_POLL_MS = 3_600_000;
/** Milliseconds between two checks of a busy cluster while its window is open. */
const BUSY_POLL_MS = 10_000;
/** States that a cluster leaves without a request. */
const BUSY = ['SCALING', 'UPDATING', 'UPGRADING', 'REMOVING', 'DRAINING'];

/** How scheduled changes of one operation type start. */
export interface ScheduledChange {
  /** Cluster states in which the change may start. */
  readonly states: readonly string[];
  /** Controls that the operation allows once it has started. */
  readonly controls: { readonly cancelable: boolean; readonly pausable: boolean };
  /** Returns why the change is no longer possible; runs before the transaction. */
  readonly obstacle?: (operation: OperationRow, scope: ReconcileContext) => Promise<Problem | undefined>;
  /** Starts the change on the locked cluster. BUSY: retry later; a problem: the change fails. */
  readonly startScheduledChange: (
    tx: EventTransaction,
    cluster: ClusterRow,
    operation: OperationRow,
    at: Date,
  ) => Promise<Problem | 'BUSY' | undefined>;
}

/** Starts scheduled changes when the maintenance window opens, by operation type. */
export function createScheduledChangeReconciler(
  changes: Readonly<Record<string, ScheduledChange>>,
): Reconciler {
  return {
    kind: SCHEDULED_CHANGE,
    // Upgrades could be scheduled before other changes.
    formerKind: 'scheduled-upgrade',
    async reconcile(key, scope) {
      const operation = await findOperation(scope.database, key);
      const change = operation && changes[operation.type];
      const time = operation && scheduledFor(operation);
      if (!change || !time || !isScheduledChange(operation)) return done;
      if (operation.cancelRequestedAt) return finishCanceled(operation, scope);
      const wait = time.getTime() - scope.clock.now().getTime();
      if (wait > 0) return requeueAfter(Math.min(wait, MAX_POLL_MS));
      const problem = await change.obstacle?.(operation, scope);
      const at = scope.clock.now();
      return eventTransaction(scope.database, at, (tx) => begin(tx, operation, { change, problem, at }));
    },
  };
}

interface ScheduledStart {
  readonly change: ScheduledChange;
  readonly problem: Problem | undefined;
  readonly at: Date;
}

async function begin(
  tx: EventTransaction,
  operation: OperationRow,
  { change, problem, at }: ScheduledStart,
): Promise<ReconcileResult> {
  const cluster = await lockCluster(tx, operation.account, operation.targetId);
  const targetProblem = goneProblem(operation.targetId, cluster, change);
  if (!cluster || targetProblem) return fail(tx, operation, { problem: targetProblem, at });
  const window = await windowInUse(tx, cluster.id);
  const begins = window && beginsAt(ruleOf(window, cluster), at);
  if (begins && begins > at) {
    // The window closed before the change could start: reschedule it to the next window.
    tx.emit(operation.account, await rescheduleChange(tx, operation, { begins, at }));
    return done;
  }
  if (!change.states.includes(cluster.state)) return requeueAfter(BUSY_POLL_MS);
  if (problem) return fail(tx, operation, { problem, at });
  // Cancelled concurrently: read the operation again.
  if (!(await lockScheduledChange(tx, operation))) return requeueAfter(0);
  return startNow(tx, cluster, { operation, change, at });
}

async function startNow(
  tx: EventTransaction,
  cluster: ClusterRow,
  { operation, change, at }: Omit<ScheduledStart, 'problem'> & { readonly operation: OperationRow },
): Promise<ReconcileResult> {
  const outcome = await change.startScheduledChange(tx, cluster, operation, at);
  if (outcome === 'BUSY') return requeueAfter(BUSY_POLL_MS);
  if (outcome) return fail(tx, operation, { problem: outcome, at });
  await startScheduledChange(tx, operation, change.controls);
  return done;
}

function goneProblem(
  id: string,
  cluster: ClusterRow | null,
  { states }: ScheduledChange,
): Problem | undefined {
  if (cluster && (states.includes(cluster.state) || BUSY.includes(cluster.state))) return undefined;
  const state = cluster?.state ?? 'DELETED';
  const message = `The cluster ${id} is ${state}; it must be ${states.join(' or ')}. Ask for the change again when it is.`;
  return { code: 'INVALID_STATE', message };
}

async function fail(
  tx: EventTransaction,
  operation: OperationRow,
  { problem, at }: Pick<ScheduledStart, 'problem' | 'at'>,
): Promise<ReconcileResult> {
  await finishOperation(tx, operation.id, { state: 'FAILED', ...(problem && { error: problem }) }, at);
  return done;
}

function finishCanceled(operation: OperationRow, scope: ReconcileContext): Promise<ReconcileResult> {
  const at = scope.clock.now();
  const error = { code: 'OPERATION_CANCELED', message: 'It was cancelled before it began.' } as const;
  return eventTransaction(scope.database, at, async (tx) => {
    await finishOperation(tx, operation.id, { state: 'CANCELED', error }, at);
    return done;
  });
}
