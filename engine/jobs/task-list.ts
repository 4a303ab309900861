import type { TaskList } from 'graphile-worker';
import { z } from 'zod';
import { failSpan } from '../../kernel/tracing/span.js';
import { TerminalError, type Reconciler, type ReconcileContext, type Schedule } from '../contract.js';
import type { EngineMetrics, ReconcileOutcome } from './engine-metrics.js';
import { runForRequestOrigin, unexpiredOrigin, requestOriginSchema } from './request-origin.js';
import { enqueueLater, RECONCILE_TASK, type ReconcileJob } from './queue.js';

export const SCHEDULE_TASK = 'schedule';

const reconcileJob = z.object({
  kind: z.string(),
  key: z.string(),
  attempt: z.number().int().optional(),
  origin: requestOriginSchema.nullish(),
  account: z.string().nullish(),
});
const scheduleJob = z.object({ name: z.string() });

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 60_000;

/**
 * Back-off after the given number of consecutive failures: exponential, at most a minute, with 20 % jitter. The number is
 * stored in the job; cockatiel counts within one call.
 */
function retryDelay(attempt: number, random: () => number = Math.random): number {
  return Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 20)) * (0.8 + 0.2 * random());
}

export interface JobOptions {
  readonly reconcilers: readonly Reconciler[];
  readonly schedules: readonly Schedule[];
  readonly scope: ReconcileContext;
  readonly metrics?: EngineMetrics | undefined;
  /** See EngineTiming. */
  readonly delayFactor: number;
}

/** The task list of graphile-worker: reconcilers by kind, schedules by name. */
export function taskList({ reconcilers, schedules, scope, metrics, delayFactor }: JobOptions): TaskList {
  const byKind = new Map(reconcilers.map((reconciler) => [reconciler.kind, reconciler]));
  const kindByFormerKind = new Map(
    reconcilers.flatMap(({ kind, formerKind }) => (formerKind === undefined ? [] : [[formerKind, kind]])),
  );
  const byName = new Map(
    schedules.flatMap((schedule) => namesOf(schedule).map((name) => [name, schedule] as const)),
  );
  return {
    [RECONCILE_TASK]: async (payload) => {
      const job = reconcileJob.parse(payload) as ReconcileJob;
      const kind = kindByFormerKind.get(job.kind);
      // Not reconciled under the former kind: a key with two kinds would have two jobs at a time.
      if (kind !== undefined) return enqueueLater(scope.database, { ...job, kind }, 0);
      const reconciler = byKind.get(job.kind);
      // An engine of another release may have this reconciler; graphile-worker retries the job.
      if (!reconciler) throw new Error(`no reconciler for ${job.kind}`);
      const attributes = { 'fleetgraph.kind': job.kind, 'fleetgraph.key': job.key };
      const cause = { origin: unexpiredOrigin(job.origin), account: job.account ?? undefined };
      await runForRequestOrigin(cause, { name: `reconcile ${job.kind}`, attributes }, async () => {
        const startedAt = performance.now();
        const outcome = await runReconciler(reconciler, job, { scope, delayFactor });
        const seconds = (performance.now() - startedAt) / 1000;
        metrics?.reconciled({ kind: job.kind, outcome, seconds });
        scope.log.debug({ kind: job.kind, key: job.key, outcome }, 'reconcile finished');
      });
    },
    [SCHEDULE_TASK]: async (payload) => {
      const { name } = scheduleJob.parse(payload);
      await byName.get(name)?.run({ ...scope, log: scope.log.child({ schedule: name }) });
    },
  };
}

function namesOf({ name, formerName }: Schedule): readonly string[] {
  return formerName === undefined ? [name] : [name, formerName];
}

async function runReconciler(
  reconciler: Reconciler,
  job: ReconcileJob,
  { scope: engine, delayFactor }: Pick<JobOptions, 'scope' | 'delayFactor'>,
): Promise<ReconcileOutcome> {
  const scope = { ...engine, log: engine.log.child({ kind: job.kind, key: job.key }) };
  try {
    const { outcome, afterMs } = await attempt(reconciler, job.key, scope);
    const { attempt: _, ...again } = job;
    if (afterMs !== undefined) await enqueueLater(scope.database, again, afterMs * delayFactor);
    return outcome;
  } catch (error) {
    // Requeue without limit: graphile-worker stops after `max_attempts`, but the desired state must still be reached.
    const failures = (job.attempt ?? 0) + 1;
    const afterMs = scope.signal.aborted ? 0 : retryDelay(failures) * delayFactor;
    scope.log.warn({ err: error, failures, afterMs }, 'reconcile failed; requeued');
    failSpan(error instanceof Error ? error.message : String(error));
    await enqueueLater(scope.database, { ...job, attempt: failures }, afterMs);
    return 'failed';
  }
}

interface Attempted {
  readonly outcome: ReconcileOutcome;
  /** Delay of the next reconcile in milliseconds. */
  readonly afterMs?: number;
}

async function attempt(reconciler: Reconciler, key: string, scope: ReconcileContext): Promise<Attempted> {
  try {
    const outcome = await reconciler.reconcile(key, scope);
    return outcome.kind === 'requeue'
      ? { outcome: 'requeued', afterMs: outcome.afterMs }
      : { outcome: 'done' };
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    scope.log.warn({ problem: error.problem }, 'reconcile failed permanently');
    await reconciler.failed?.(key, error.problem, scope);
    return { outcome: 'terminal' };
  }
}
