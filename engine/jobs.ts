import type { TaskList } from 'graphile-worker';
import { z } from 'zod';
import { TerminalError, type Reconciler, type ReconcileScope, type Schedule } from './contract.js';
import { enqueueLater, RECONCILE_TASK, type ReconcileJob } from './queue.js';

export const SCHEDULE_TASK = 'schedule';

const reconcileJob = z.object({ kind: z.string(), key: z.string(), attempt: z.number().int().optional() });
const scheduleJob = z.object({ name: z.string() });

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 60_000;

/** How long to wait after the given number of failures in a row: doubling, at most a minute, spread by up to a fifth. */
export function retryDelay(attempt: number, random: () => number = Math.random): number {
  return Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 20)) * (0.8 + 0.2 * random());
}

export interface JobOptions {
  readonly reconcilers: readonly Reconciler[];
  readonly schedules: readonly Schedule[];
  readonly scope: ReconcileScope;
}

/** What graphile-worker runs: reconcilers by kind, schedules by name. */
export function taskList({ reconcilers, schedules, scope }: JobOptions): TaskList {
  const byKind = new Map(reconcilers.map((reconciler) => [reconciler.kind, reconciler]));
  const byName = new Map(schedules.map((schedule) => [schedule.name, schedule]));
  return {
    [RECONCILE_TASK]: async (payload) => {
      const job = reconcileJob.parse(payload) as ReconcileJob;
      const reconciler = byKind.get(job.kind);
      // An engine of another release may know it; graphile-worker offers the job again.
      if (!reconciler) throw new Error(`no reconciler for ${job.kind}`);
      await runReconciler(reconciler, job, scope);
    },
    [SCHEDULE_TASK]: async (payload) => {
      const { name } = scheduleJob.parse(payload);
      await byName.get(name)?.run({ ...scope, log: scope.log.child({ schedule: name }) });
    },
  };
}

async function runReconciler(
  reconciler: Reconciler,
  job: ReconcileJob,
  engine: ReconcileScope,
): Promise<void> {
  const scope = { ...engine, log: engine.log.child({ kind: job.kind, key: job.key }) };
  try {
    const outcome = await attempt(reconciler, job.key, scope);
    if (outcome.kind === 'requeue')
      await enqueueLater(scope.database, { kind: job.kind, key: job.key }, outcome.afterMs);
  } catch (error) {
    // The engine retries without end: graphile-worker gives up after its last attempt, but a wish stays a wish.
    const failures = (job.attempt ?? 0) + 1;
    const afterMs = scope.signal.aborted ? 0 : retryDelay(failures);
    scope.log.warn({ err: error, failures, afterMs }, 'a reconciliation failed and will be tried again');
    await enqueueLater(scope.database, { ...job, attempt: failures }, afterMs);
  }
}

async function attempt(reconciler: Reconciler, key: string, scope: ReconcileScope) {
  try {
    return await reconciler.reconcile(key, scope);
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    scope.log.warn({ problem: error.problem }, 'a reconciliation cannot succeed');
    await reconciler.failed?.(key, error.problem, scope);
    return { kind: 'done' } as const;
  }
}
