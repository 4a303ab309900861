import { appendEvents } from '../../../engine/events.js';
import { createOperation, type OperationRow } from '../../../engine/operations.js';
import { enqueue } from '../../../engine/queue.js';
import type { Transaction } from '../../../kernel/database.js';
import { refuse } from '../../../kernel/result.js';
import type { ChangeAnswer } from '../change.js';
import type { ClusterRow } from '../cluster/cluster.store.js';
import { nextOpening, openingAt, type WindowRule } from '../maintenance-window/maintenance-window.rules.js';
import {
  type MaintenanceWindowRow,
  setScheduledFor,
  waitingUpgrade,
  windowInUse,
} from '../maintenance-window/maintenance-window.store.js';
import type { RollingPolicy } from './upgrade-input.js';
import { UPGRADE_STAGES } from './upgrade.rules.js';

/** Kind of the reconciler that begins an upgrade when its time has come; its keys are ids of operations. */
export const SCHEDULED_UPGRADE = 'scheduled-upgrade';
const WHEN_PATH = ['input', 'when'];

/** When an operation that waits for a maintenance window begins; null for one that did not wait. */
export function scheduledFor({ input }: Pick<OperationRow, 'input'>): Date | null {
  const { scheduledFor: text } = input as { scheduledFor?: unknown };
  return typeof text === 'string' ? new Date(text) : null;
}

/** The window in its cluster's time zone. */
export function ruleOf(window: MaintenanceWindowRow, { timeZone }: Pick<ClusterRow, 'timeZone'>): WindowRule {
  return { ...window, timeZone };
}

/** When a change that waits for the window can begin: now while it is open, else at its next opening. */
export function beginsAt(rule: WindowRule, at: Date): Date | null {
  return openingAt(rule, at) ? at : (nextOpening(rule, at)?.opensAt ?? null);
}

/** Refuses `INVALID_STATE` when an upgrade of the cluster waits for its window already. */
export async function refuseSecondUpgrade(tx: Transaction, { id }: ClusterRow): Promise<void> {
  const waiting = await waitingUpgrade(tx, id);
  if (!waiting) return;
  const message = `The upgrade ${waiting.id} waits for the maintenance window. Cancel it first.`;
  refuse('INVALID_STATE', message, { path: ['input', 'id'] });
}

export interface UpgradeWish {
  readonly version: string;
  readonly rolling?: RollingPolicy | undefined;
  readonly at: Date;
}

/**
 * Plans an upgrade of a locked cluster for its maintenance window; undefined when the window is open, so that it can
 * begin. Until then the cluster is as it was. Refuses `INVALID_STATE` when the cluster has no window in use.
 */
export async function planInWindow(
  tx: Transaction,
  cluster: ClusterRow,
  { version, rolling, at }: UpgradeWish,
): Promise<ChangeAnswer | undefined> {
  const window = await windowInUse(tx, cluster.id);
  const begins = window && beginsAt(ruleOf(window, cluster), at);
  if (!begins) {
    const message = 'The cluster has no maintenance window in use; see setMaintenanceWindow.';
    return refuse('INVALID_STATE', message, { path: WHEN_PATH });
  }
  if (begins <= at) return undefined;
  const { account, id } = cluster;
  const target = { account, targetKind: 'Cluster', targetId: id, clusterId: id } as const;
  const input = { version, ...(rolling && { rolling }), waiting: true, scheduledFor: begins.toISOString() };
  const wanted = { ...target, type: 'UPGRADE_CLUSTER', stages: UPGRADE_STAGES, input, cancelable: true };
  const operation = await createOperation(tx, wanted, at);
  await enqueue(tx, SCHEDULED_UPGRADE, operation.id, { runAt: begins });
  await appendEvents(tx, account, at, [scheduledEvent(operation, begins)]);
  return { clusterId: id, operationId: operation.id };
}

/** Moves an upgrade that waits to another time. */
export async function moveUpgrade(tx: Transaction, operation: OperationRow, begins: Date) {
  await setScheduledFor(tx, operation, begins);
  await enqueue(tx, SCHEDULED_UPGRADE, operation.id, { runAt: begins });
  return scheduledEvent(operation, begins);
}

function scheduledEvent({ id, clusterId }: OperationRow, begins: Date) {
  const time = begins.toISOString();
  return {
    category: 'PROVISIONING',
    type: 'UPGRADE_SCHEDULED',
    reason: 'UpgradeScheduled',
    message: `The upgrade waits for the maintenance window that opens at ${time}.`,
    operationId: id,
    ...(clusterId !== null && { clusterId }),
    data: { scheduledFor: time },
  } as const;
}
