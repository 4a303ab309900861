import { throwNotFound } from '../../../../engine/not-found.js';
import type { Platform } from '../../../../engine/platform.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import { type Problem, throwProblem, ProblemError } from '../../../../kernel/result.js';
import { change, type ChangeOutcome } from '../../changes/change.js';
import { type ClusterRow, lockCluster, updateCluster } from '../../store/cluster.store.js';
import {
  localDate,
  nextOccurrence,
  occurrenceAt,
  recurrenceProblem,
  type WindowRule,
} from '../../model/maintenance-window.rules.js';
import {
  type MaintenanceWindowRow,
  putWindow,
  scheduledChangesOf,
} from '../../store/maintenance-window.store.js';
import type { SetMaintenanceWindowInput } from './maintenance-window.type.js';
import { beginsAt, rescheduleChange, ruleOf } from '../../changes/scheduled-change.js';

const CLUSTER_PATH = ['input', 'clusterId'];
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const MAX_HOURS = 24;
/** Maximum distance of `at` from now, in milliseconds: 20 years. */
const HORIZON_MS = 20 * 366 * 86_400_000;

/** Maintenance windows of clusters. */
export class MaintenanceWindowService {
  constructor(private readonly platform: Platform) {}

  /**
   * Replaces a cluster's window and reschedules the changes that wait for it. Rejects with `INVALID_INPUT`,
   * `NOT_FOUND`, and `INVALID_STATE` for a deleted cluster and for disabling a window while changes wait for it.
   */
  async set(actor: Actor, input: SetMaintenanceWindowInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const { account } = actor;
    return change(
      this.platform,
      { actor, mutation: 'setMaintenanceWindow', input, dryRun },
      async (tx, at) => {
        const cluster = await lockCluster(tx, account, input.clusterId);
        if (!cluster) return throwNotFound('CLUSTER', input.clusterId, CLUSTER_PATH);
        if (cluster.deletedAt)
          throwProblem('INVALID_STATE', `The cluster ${input.clusterId} is deleted.`, { path: CLUSTER_PATH });
        const startDate = localDate(cluster.timeZone, at);
        const problems = windowProblems(input, startDate);
        if (problems.length > 0) throw new ProblemError(problems);
        const { clusterId, recurrence, startTime, durationHours } = input;
        const enabled = input.enabled ?? true;
        const window = { clusterId, account, recurrence, startDate, startTime, durationHours, enabled };
        await putWindow(tx, window);
        await updateCluster(tx, cluster.id, {});
        const moved = await moveWaiting(tx, { cluster, window, at });
        tx.emit(account, windowSet(cluster, window), ...moved);
        return { clusterId };
      },
    );
  }

  /** The first opening at `at` (now if omitted) or later; null while the window is disabled. */
  next(window: WindowRule & { readonly enabled: boolean }, at: Date | null | undefined) {
    return window.enabled ? nextOccurrence(window, this.near(at)) : null;
  }

  /** Whether the window is open at `at` (now if omitted). */
  isOpen(window: WindowRule & { readonly enabled: boolean }, at: Date | null | undefined): boolean {
    return window.enabled && occurrenceAt(window, this.near(at)) !== null;
  }

  private near(at: Date | null | undefined): Date {
    const now = this.platform.clock.now();
    if (at == null) return now;
    if (Math.abs(at.getTime() - now.getTime()) > HORIZON_MS)
      throwProblem('INVALID_INPUT', 'at is within 20 years from now.', { path: ['at'] });
    return at;
  }
}

function windowProblems(input: SetMaintenanceWindowInput, startDate: string): Problem[] {
  const { recurrence, startTime, durationHours } = input;
  const wrong = (field: string, message: string): Problem => ({
    code: 'INVALID_INPUT',
    message,
    path: ['input', field],
  });
  const rule = recurrenceProblem(recurrence, startDate);
  const hours = durationHours >= 1 && durationHours <= MAX_HOURS;
  return [
    ...(rule === undefined ? [] : [wrong('recurrence', rule)]),
    ...(TIME.test(startTime) ? [] : [wrong('startTime', 'startTime is HH:MM, 00:00 to 23:59.')]),
    ...(hours ? [] : [wrong('durationHours', `durationHours is 1 to ${MAX_HOURS}.`)]),
  ];
}

interface Setting {
  readonly cluster: ClusterRow;
  readonly window: MaintenanceWindowRow;
  readonly at: Date;
}

/** Reschedules the changes that wait for the window. */
async function moveWaiting(tx: EventTransaction, { cluster, window, at }: Setting) {
  const waiting = await scheduledChangesOf(tx, cluster.id);
  const begins = window.enabled ? beginsAt(ruleOf(window, cluster), at) : null;
  const moved = [];
  for (const operation of waiting) {
    if (!begins) {
      const message = `The operation ${operation.id} waits for the window. Cancel it first.`;
      return throwProblem('INVALID_STATE', message, { path: ['input', 'enabled'] });
    }
    moved.push(await rescheduleChange(tx, operation, { begins, at }));
  }
  return moved;
}

function windowSet(cluster: ClusterRow, window: MaintenanceWindowRow) {
  const { recurrence, startTime, durationHours, enabled } = window;
  return {
    category: 'PROVISIONING',
    type: 'MAINTENANCE_WINDOW_SET',
    reason: 'MaintenanceWindowSet',
    message: `Cluster ${cluster.name}: the maintenance window was set.`,
    clusterId: cluster.id,
    data: { recurrence, startTime, durationHours, enabled },
  } as const;
}
